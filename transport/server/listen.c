/*
 * listen: addresses to listen on.
 */

#include "transport/server/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/system/socket.h"
#include "base/text.h"
#include "transport/line/listen_address.h"

/* -1 with errno. */
static int listen_at(const struct addrinfo *a)
{
	int fd = vv_os_socket(a->ai_family, a->ai_socktype, a->ai_protocol), on = 1, off = 0;

	if (fd < 0) return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	}
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 128) == 0) return fd;
	int saved = errno;
	(void)vv_os_socket_close(fd);
	errno = saved;
	return -1;
}

static vv_status cannot_listen(const char *address, int number, vv_error *err)
{
	errno = number;
	if (number == EADDRINUSE) {
		return vv_fail(err, VV_EREFUSED,
			       "another program already listens on '%s'\nuse another port; port 0 "
			       "selects a free one",
			       vv_text_shows(address));
	}
	if (number == EACCES) {
		return vv_fail(err, VV_EREFUSED,
			       "no permission to listen on '%s'\nports below 1024 are for root; "
			       "use a higher port",
			       vv_text_shows(address));
	}
	vv_fail(err, VV_EIO, "cannot listen on '%s': %s", vv_text_shows(address), strerror(number));
	return VV_EIO;
}

static vv_status make_url(char **url, int fd, bool tls, vv_error *err)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	char host[256], port[16];

	if (getsockname(fd, (struct sockaddr *)&at, &len) < 0 ||
	    getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		return vv_fail_errno(err, "cannot determine the address of the socket", NULL);
	}
	bool any = strcmp(host, "::") == 0 || strcmp(host, "0.0.0.0") == 0;
	bool six = !any && strchr(host, ':') != NULL;
	const char *scheme = tls ? "https" : "http", *name = any ? "localhost" : host;

	*url = vv_asprintf(six ? "%s://[%s]:%s" : "%s://%s:%s", scheme, name, port);
	return *url ? VV_OK : vv_fail_nomem(err);
}

int http_listen(char **url, const char *address, bool tls, vv_error *err)
{
	struct addrinfo how = {0}, *list = NULL;
	int fd = -1, number = EADDRNOTAVAIL;
	vv_listen_address p;
	vv_status rc;

	if ((rc = vv_listen_address_read(&p, address, err)) < 0) return rc;
	how.ai_family = AF_UNSPEC;
	how.ai_socktype = SOCK_STREAM;
	how.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
	int code = getaddrinfo(p.host[0] ? p.host : NULL, p.port, &how, &list);
	if (code != 0) {
		return vv_fail(err, VV_ENOTFOUND, "no address for '%s': %s", vv_text_shows(p.host),
			       gai_strerror(code));
	}
	/* IPv6 first for every address, since that socket takes IPv4 as well. */
	for (int pass = 0; pass < 2 && fd < 0; pass++) {
		for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
			if ((a->ai_family == AF_INET6) == (pass == 0)) {
				fd = listen_at(a);
				number = fd < 0 ? errno : 0;
			}
		}
	}
	freeaddrinfo(list);
	if (fd < 0) return cannot_listen(address, number, err);
	if ((rc = make_url(url, fd, tls, err)) < 0) {
		(void)vv_os_socket_close(fd);
		return rc;
	}
	return fd;
}
