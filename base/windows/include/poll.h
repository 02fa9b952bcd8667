/*
 * poll: waits for pipes, files and the console; sockets are not descriptors there.
 */
#ifndef VV_BASE_WINDOWS_POLL_H
#define VV_BASE_WINDOWS_POLL_H

#include <winsock2.h> /* struct pollfd, POLLIN ... */

typedef unsigned long nfds_t;

#define poll vv_windows_poll
/* As poll(2). A pipe is looked at every few milliseconds; one to write to always counts as ready, and a write() to a full
 * one that does not block takes a millisecond. */
int vv_windows_poll(struct pollfd *fds, nfds_t count, int ms);

#endif
