/*
 * download: downloads a file from a web server to a local file, unless the caller already has the
 * same content.
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
	/* "Name: value": headers of the request, at most 16, besides http.extraHeader; not sent
	 * after a redirect */
	const char *const *headers;
	size_t header_count;
	/* ETag and Last-Modified of the content that the caller has; each may be NULL */
	const char *etag, *modified;
	int fd; /* the local file, open for writing; its content is replaced, or emptied if `same` */
	const char *file;           /* name of the local file, for messages */
	vv_digest_kind digest_kind; /* the digest to compute */
	/* http_download_run sets the following members. A string is NULL if the server did not send
	 * the value. http_download_clear frees the strings. */
	bool same; /* the server has the content that the caller has, and sent nothing */
	/* modified_now: NULL also if the file was changed in the second of the answer, since it may
	 * then change again without a new date */
	char *etag_now, *modified_now;
	/* the URL to which the server moved the file permanently; NULL: not moved */
	char *moved;
	uint64_t bytes; /* bytes written to fd */
	/* digest of the written bytes; digest_kind determines its length */
	uint8_t digest[VV_SHA256_LEN];
} http_download;

/* Downloads the file. Follows at most 10 redirects. Sets header_count to 0 at the first redirect.
 * VV_ENOTFOUND: the server does not have the file. VV_EREFUSED: the server requires other
 * credentials (err->login is set), or a redirect leads from https to http. */
vv_status http_download_run(http_download *d, const vv_connect_options *connect, vv_error *err);
void http_download_clear(http_download *d);
VV_AUTO_CLEAR(http_download, http_download_clear)

#endif
