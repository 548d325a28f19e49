UPDATE derivation SET reader_version = ?1;
