/*
 * url: URLs of repositories, parsed and checked: paths, file://, ssh://user@host:port/path,
 * user@host:path, http://, https://, git://; and places that keep objects:
 * sftp://user@host:port/path, s3://bucket/prefix?query, rclone:remote:path.
 *
 * Control characters (also percent-encoded ones), hosts and users that begin with '-' and
 * quotes in ssh paths are refused (docs/formats/protocol.md, "URLs").
 */
#ifndef VV_TRANSPORT_LINE_URL_H
#define VV_TRANSPORT_LINE_URL_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"

/* GIT: git://host/path, where only git is spoken. SFTP, S3 and RCLONE: places, no repository. */
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

/* What a URL of a kind may be, besides the address of a repository. */
enum {
	VV_URL_IS_PLACE = 1, /* it keeps objects, and is no repository */
	VV_URL_STORES = 2,   /* a store of blocks */
	VV_URL_HOLDS = 4,    /* a holder of sealed copies */
	VV_URL_COMMITS = 8,  /* a commit may name it as a store: it runs nothing */
	VV_URL_ANY_PLACE = VV_URL_IS_PLACE | VV_URL_STORES | VV_URL_HOLDS | VV_URL_COMMITS
};

/* A row for each scheme: name, kind, TLS, usual port, what it may be. A path is "file", host:path "ssh". */
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

/* Strings are owned (vv_url_clear). */
typedef struct vv_url {
	vv_url_kind kind;
	bool tls;      /* https, ipfs+https */
	char *text;    /* as given, passwords taken out: for messages and logs */
	char *user;    /* may be NULL */
	char *secret;  /* a password in the URL; NULL */
	char *host;    /* without brackets */
	unsigned port; /* 0: the usual one */
	/* decoded for paths and ssh ("~/x" kept for the far shell's home); encoded for http; of rclone "remote:path" */
	char *path;
	char *query; /* s3, and of a file: encoded, without '?', or NULL */
} vv_url;
vv_status vv_url_read(vv_url *out, const char *text, vv_error *err); /* VV_EUSAGE */
/* The URL of a file at a web server: http:// or https://, maybe with a query, which text does not
 * have. */
vv_status vv_url_read_file(vv_url *out, const char *text, vv_error *err); /* VV_EUSAGE */
const vv_url_scheme *vv_url_scheme_of(const vv_url *u); /* "file" of a path, "ssh" of host:path */
void vv_url_clear(vv_url *u);
VV_AUTO_CLEAR(vv_url, vv_url_clear)

#endif
