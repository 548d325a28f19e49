/* The connections of the transport. One that carries many requests (HTTP/2) can break or go silent under all of them, and
 * libcurl would go on handing new ones to a silent one: here is known what each has brought, and how to end it. A
 * connection is named by its local port. */
#ifndef JOBLEDGER_LINKS_H
#define JOBLEDGER_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;

/* {0} is valid and watches nothing. */
struct links {
    struct link *all;
    size_t size;
};

/* Room for `size` connections; those beyond are opened, too, but not watched. False: out of memory. */
bool links_make(struct links *links, size_t size);
void links_free(struct links *links); /* closes nothing */

/* As socket() and close(), which set errno. */
int links_open(struct links *links, int family, int type, int protocol);
int links_close(struct links *links, int fd);

/* Bytes of an answer came on this open one. */
void links_heard(struct links *links, long port, int64_t now_ms);

/* It brought bytes of an answer; known for a while after it was closed. */
bool links_served(const struct links *links, long port);

/* Ends an open one that has brought nothing since this moment: whoever waits for it learns that it is lost. */
void links_end_silent(struct links *links, long port, int64_t since_ms);

#endif
