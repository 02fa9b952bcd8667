/*
 * socket: what is called with a socket of vv_os_socket (base/os.h) in place of the calls for descriptors, since on
 * Windows a socket is none.
 */
#ifndef VV_BASE_SYSTEM_SOCKET_H
#define VV_BASE_SYSTEM_SOCKET_H

#include <sys/types.h>

/* As close(2) and write(2). */
int vv_os_socket_close(int fd);
ssize_t vv_os_socket_write(int fd, const void *bytes, size_t len);

#endif
