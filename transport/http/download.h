/*
 * download: a file that a web server has, written to a file of this machine, unless it is known already.
 */
#ifndef VV_TRANSPORT_HTTP_DOWNLOAD_H
#define VV_TRANSPORT_HTTP_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "transport/line/options.h"

typedef struct http_download {
	const char *url;
	const char *const *headers; /* of the request, besides those of Git's settings */
	size_t header_count;
	const char *etag, *modified; /* the server's tags of the known content, or NULL */
	int fd;                      /* open for writing at its beginning, */
	const char *file;            /* and its name, for messages */
	vv_digest_kind digest_kind;
	/* After it. Strings are owned (http_download_clear); NULL: the server did not send it. */
	bool same;                     /* the server has the known content; nothing was written */
	char *etag_now, *modified_now; /* the date only if it was past when the file was sent */
	char *moved;                   /* the file's new permanent place, according to the server */
	uint64_t bytes;
	uint8_t digest[VV_SHA256_LEN]; /* of all bytes; as long as its kind is */
} http_download;

/* Redirects are followed, from https to https only. VV_ENOTFOUND; VV_EREFUSED: only with other credentials. */
vv_status http_download_run(http_download *d, const vv_connect_options *connect, vv_error *err);
void http_download_clear(http_download *d);
VV_AUTO_CLEAR(http_download, http_download_clear)

#endif
