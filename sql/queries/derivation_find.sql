SELECT reader_version FROM derivation;
