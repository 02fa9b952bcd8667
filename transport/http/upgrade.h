/*
 * upgrade: connects to a server over HTTP or HTTPS, also through a proxy, and asks the server to
 * continue with another protocol (RFC 9110, 7.8). From then on, the connection is a stream of bytes in
 * both directions.
 *
 *	vv_auto(vv_upgrade) *u = NULL;
 *	vv_upgrade_open(&u, &url, "/relay/wait", "varve-relay-1", 20, &o, err);
 *	poll(2) on vv_upgrade_fd(u) after a read or write that returned 0
 *
 * libcurl makes the connection, with Git's settings for HTTP. An upgrade belongs to one thread at a
 * time.
 */
#ifndef VV_TRANSPORT_HTTP_UPGRADE_H
#define VV_TRANSPORT_HTTP_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

typedef struct vv_upgrade vv_upgrade;

/* Finds the first field with this name in a request's or an answer's head, a text whose lines end with
 * \r\n. Sets *value and *len to its value without the white space around it, borrowed from head. Returns
 * false if the head has no such field. */
bool vv_http_field(const char **value, size_t *len, const char *head, const char *name);

/* Connects to the host of url, whose tls selects HTTPS, requests path, and reads the answer. o is used
 * for Git's settings, its time limits and the flag `stopped`. The answer must come within seconds
 * seconds.
 *
 * If the server answers with another status than 101, the first line of its answer is in the message:
 * VV_ENOTFOUND (404), VV_ELOCKED (429, 503), VV_EREFUSED (401, 403), VV_EIO (others). Other failures
 * are those of http_curl_fail (curl.h). VV_EIO: no answer in time, with err->silent, or *o->stopped
 * was set. */
vv_status vv_upgrade_open(vv_upgrade **out, const vv_url *url, const char *path,
			  const char *protocol, unsigned seconds, const vv_connect_options *o,
			  vv_error *err);
void vv_upgrade_close(vv_upgrade *u); /* accepts NULL */
VV_AUTO_FREE(vv_upgrade, vv_upgrade_close)

/* Returns the descriptor to wait for. Do not read from it: TLS may have more bytes, so call
 * vv_upgrade_read until it returns 0 before each wait. */
int vv_upgrade_fd(const vv_upgrade *u);
/* Reads 1 to len bytes. Returns their number, 0 if none are there yet, or a negative status. *end is
 * set to true, and 0 returned, if the other side has ended the connection. */
ssize_t vv_upgrade_read(vv_upgrade *u, void *buf, size_t len, bool *end, vv_error *err);
/* Writes 1 to len bytes. Returns their number, 0 if the connection accepts none now, or a negative
 * status. */
ssize_t vv_upgrade_write(vv_upgrade *u, const void *bytes, size_t len, vv_error *err);
/* Reads exactly len bytes, or writes all of them, within `seconds` seconds. */
vv_status vv_upgrade_read_all(vv_upgrade *u, void *buf, size_t len, unsigned seconds,
			      vv_error *err);
vv_status vv_upgrade_write_all(vv_upgrade *u, const void *bytes, size_t len, unsigned seconds,
			       vv_error *err);

#endif
