/*
 * socket: Windows' own sockets. One is a handle, not a descriptor: read(), write(), close() and poll() take none, but
 * vv_os_socket_write and vv_os_socket_close do.
 */
#ifndef VV_BASE_WINDOWS_SOCKET_H
#define VV_BASE_WINDOWS_SOCKET_H

#include <winsock2.h>
#include <ws2tcpip.h>

#define SHUT_RD SD_RECEIVE
#define SHUT_WR SD_SEND
#define SHUT_RDWR SD_BOTH
#define MSG_DONTWAIT 0x10000

/* As those of POSIX; on failure they set errno. */
#define bind vv_windows_bind
#define listen vv_windows_listen
#define recv vv_windows_recv
#define shutdown vv_windows_shutdown
#define setsockopt vv_windows_setsockopt
#define getsockname vv_windows_getsockname
#define getaddrinfo vv_windows_getaddrinfo
int vv_windows_bind(int fd, const struct sockaddr *at, socklen_t len);
int vv_windows_listen(int fd, int waiting);
int vv_windows_recv(int fd, void *out, size_t len, int flags);
int vv_windows_shutdown(int fd, int how);
/* SO_REUSEADDR: nothing; there it would take the port from another program. */
int vv_windows_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int vv_windows_getsockname(int fd, struct sockaddr *out, socklen_t *len);
int vv_windows_getaddrinfo(const char *host, const char *port, const struct addrinfo *how,
			   struct addrinfo **out);

#endif
