/*
 * download: downloads a file from a web server to a local file, unless its content is already
 * known.
 */
#ifndef VV_TRANSPORT_HTTP_DOWNLOAD_H
#define VV_TRANSPORT_HTTP_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "transport/line/options.h"

/* A download: its arguments, and then its results. */
typedef struct http_download {
	const char *url;
	/* "Name: value": headers of the request, besides those in Git's settings */
	const char *const *headers;
	size_t header_count;
	/* ETag and Last-Modified of the known content; each may be NULL */
	const char *etag, *modified;
	int fd;                     /* the local file, open for writing, at offset 0 */
	const char *file;           /* name of the local file, for messages */
	vv_digest_kind digest_kind; /* the digest to compute */
	/* The following members are set by http_download_run. A string is NULL if the server did
	 * not send the value. http_download_clear frees the strings. */
	bool same; /* the server has the known content; nothing was written */
	/* modified_now: only set if the date was in the past when the server sent the file */
	char *etag_now, *modified_now;
	char *moved;    /* the new permanent URL of the file, according to the server */
	uint64_t bytes; /* bytes written to fd */
	uint8_t digest[VV_SHA256_LEN]; /* digest of all bytes; digest_kind determines its length */
} http_download;

/* Downloads the file. Follows redirects, but from https only to https. VV_ENOTFOUND: the server
 * does not have the file. VV_EREFUSED: the server requires other credentials. */
vv_status http_download_run(http_download *d, const vv_connect_options *connect, vv_error *err);
void http_download_clear(http_download *d);
VV_AUTO_CLEAR(http_download, http_download_clear)

#endif
