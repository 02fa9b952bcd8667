/*
 * sockets: Windows' own, with the errors of POSIX.
 */
#include <pthread.h>
#include <sys/socket.h>

#include "base/system/socket.h"

#undef bind
#undef listen
#undef recv
#undef shutdown
#undef setsockopt
#undef getsockname
#undef getaddrinfo

static const struct {
	int error, number;
} numbers[] = {
	{WSAEACCES, EACCES},
	{WSAEADDRINUSE, EADDRINUSE},
	{WSAEADDRNOTAVAIL, EADDRNOTAVAIL},
	{WSAEAFNOSUPPORT, EAFNOSUPPORT},
	{WSAECONNABORTED, ECONNABORTED},
	{WSAECONNRESET, ECONNRESET},
	{WSAEMFILE, EMFILE},
	{WSAENOBUFS, ENOBUFS},
	{WSAENOTCONN, ENOTCONN},
	{WSAESHUTDOWN, EPIPE},
	{WSAEWOULDBLOCK, EAGAIN},
};

static int failed_call(void)
{
	const int error = WSAGetLastError();

	errno = EIO;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].error == error) {
			errno = numbers[i].number;
		}
	}
	return -1;
}

/* --- Windows makes no socket before this -------------------------------------------------- */

static void start_up(void)
{
	WSADATA facts;

	(void)WSAStartup(MAKEWORD(2, 2), &facts);
}

static void start_up_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, start_up);
}

int vv_windows_getaddrinfo(const char *host, const char *port, const struct addrinfo *how,
			   struct addrinfo **out)
{
	start_up_once();
	return getaddrinfo(host, port, how, out);
}

/* A socket that another program listens on cannot be taken from it. */
int vv_os_socket(int family, int type, int protocol)
{
	const BOOL on = TRUE;

	start_up_once();
	const SOCKET s = WSASocketW(family, type, protocol, NULL, 0,
				    WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	if (s == INVALID_SOCKET) return failed_call();
	(void)setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&on, sizeof(on));
	return (int)s; /* handles have 32 bits that count */
}

/* --- the calls ---------------------------------------------------------------------------- */

static SOCKET socket_of(int fd)
{
	return (SOCKET)(unsigned)fd;
}

int vv_os_socket_close(int fd)
{
	return closesocket(socket_of(fd)) == 0 ? 0 : failed_call();
}

ssize_t vv_os_socket_write(int fd, const void *bytes, size_t len)
{
	const int sent = send(socket_of(fd), bytes, len < INT_MAX ? (int)len : INT_MAX, 0);

	return sent >= 0 ? sent : failed_call();
}

int vv_windows_bind(int fd, const struct sockaddr *at, socklen_t len)
{
	return bind(socket_of(fd), at, len) == 0 ? 0 : failed_call();
}

int vv_windows_listen(int fd, int waiting)
{
	return listen(socket_of(fd), waiting) == 0 ? 0 : failed_call();
}

int vv_windows_recv(int fd, void *out, size_t len, int flags)
{
	WSAPOLLFD line = {.fd = socket_of(fd), .events = POLLRDNORM};
	const int max = len < INT_MAX ? (int)len : INT_MAX;

	if ((flags & MSG_DONTWAIT) && WSAPoll(&line, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	const int got = recv(socket_of(fd), out, max, flags & ~MSG_DONTWAIT);
	return got >= 0 ? got : failed_call();
}

int vv_windows_shutdown(int fd, int how)
{
	return shutdown(socket_of(fd), how) == 0 ? 0 : failed_call();
}

int vv_windows_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	if (level == SOL_SOCKET && option == SO_REUSEADDR) return 0;
	return setsockopt(socket_of(fd), level, option, value, len) == 0 ? 0 : failed_call();
}

int vv_windows_getsockname(int fd, struct sockaddr *out, socklen_t *len)
{
	return getsockname(socket_of(fd), out, len) == 0 ? 0 : failed_call();
}
