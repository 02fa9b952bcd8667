/*
 * url: parses and checks URLs of repositories: paths, file://, ssh://user@host:port/path,
 * user@host:path, http://, https://, git://; and of places that store objects:
 * sftp://user@host:port/path, s3://bucket/prefix?query, rclone:remote:path.
 *
 * Refused are control characters (percent-encoded, too), hosts and users that begin with '-', and
 * quotes in ssh paths (docs/formats/protocol.md, "URLs").
 */
#ifndef VV_TRANSPORT_LINE_URL_H
#define VV_TRANSPORT_LINE_URL_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"

/* VV_URL_GIT: a Git server without varve. VV_URL_SFTP, VV_URL_S3 and VV_URL_RCLONE: places
 * (transport/places/place.h), not repositories. */
typedef enum vv_url_kind {
	VV_URL_PATH,
	VV_URL_SSH,
	VV_URL_HTTP,
	VV_URL_IPFS,
	VV_URL_GIT,
	VV_URL_SFTP,
	VV_URL_S3,
	VV_URL_RCLONE
} vv_url_kind;

/* The possible uses of a URL besides the address of a repository. */
enum {
	VV_URL_IS_PLACE = 1, /* stores objects; is not a repository */
	VV_URL_STORES = 2,   /* a store of blocks */
	VV_URL_HOLDS = 4,    /* a holder of sealed copies */
	VV_URL_COMMITS = 8,  /* a commit may name it as a store, since opening it runs no program */
	VV_URL_ANY_PLACE = VV_URL_IS_PLACE | VV_URL_STORES | VV_URL_HOLDS | VV_URL_COMMITS
};

/* A row for each scheme: name, kind, TLS, default port, uses (VV_URL_STORES ...). A path has the
 * scheme "file", host:path has "ssh". */
/* clang-format off */
#define VV_URL_SCHEMES(row) \
	row("file", VV_URL_PATH, false, 0, VV_URL_STORES | VV_URL_HOLDS | VV_URL_COMMITS) \
	row("ssh", VV_URL_SSH, false, 22, 0) \
	row("http", VV_URL_HTTP, false, 80, VV_URL_STORES | VV_URL_COMMITS) \
	row("https", VV_URL_HTTP, true, 443, VV_URL_STORES | VV_URL_COMMITS) \
	row("ipfs+http", VV_URL_IPFS, false, 80, VV_URL_HOLDS) \
	row("ipfs+https", VV_URL_IPFS, true, 443, VV_URL_HOLDS) \
	row("git", VV_URL_GIT, false, 9418, 0) \
	row("sftp", VV_URL_SFTP, false, 22, VV_URL_ANY_PLACE) \
	row("s3", VV_URL_S3, true, 443, VV_URL_ANY_PLACE) \
	row("rclone", VV_URL_RCLONE, false, 0, VV_URL_IS_PLACE | VV_URL_STORES)
/* clang-format on */

typedef struct vv_url_scheme {
	const char *name;
	vv_url_kind kind;
	bool tls;
	unsigned port, may;
} vv_url_scheme;

/* A parsed URL, which owns its strings; free them with vv_url_clear. */
typedef struct vv_url {
	vv_url_kind kind;
	bool tls;      /* https, ipfs+https */
	char *text;    /* the URL as given, without passwords: for messages and logs */
	char *user;    /* may be NULL */
	char *secret;  /* the password in the URL; may be NULL */
	char *host;    /* without brackets; may be NULL */
	unsigned port; /* 0: the default of the scheme */
	/* decoded for paths and ssh ("~/x" stays as it is, for the remote shell); encoded for http;
	 * "remote:path" for rclone */
	char *path;
	char *query; /* for s3, and with vv_url_read_file: encoded, without '?'; may be NULL */
} vv_url;
/* Parses the URL of a repository or place. */
vv_status vv_url_read(vv_url *out, const char *text, vv_error *err); /* VV_EUSAGE */
/* Parses the http:// or https:// URL of a file on a web server. The URL may have a query; out->text
 * lacks the query. */
vv_status vv_url_read_file(vv_url *out, const char *text, vv_error *err); /* VV_EUSAGE */
/* Returns the URL's row of VV_URL_SCHEMES: */
const vv_url_scheme *vv_url_scheme_of(const vv_url *u); /* "file" for a path, "ssh" for host:path */
void vv_url_clear(vv_url *u);
VV_AUTO_CLEAR(vv_url, vv_url_clear)

#endif
