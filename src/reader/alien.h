/* Files that can't hold a list of job IDs, known by their first bytes. Pure. */
#ifndef JOBLEDGER_READER_ALIEN_H
#define JOBLEDGER_READER_ALIEN_H

#include "text.h"

/* What a file is that begins so, and what to do about it: completes "FILE: ...". Static; NULL where it may be text. */
const char *reader_alien(struct text start);

#endif
