/*
 * url: parses and checks URLs of repositories (paths, file://, ssh://user@host:port/path,
 * user@host:path, http://, https://, git://), of IPFS nodes and gateways (ipfs+http://,
 * ipfs+https://), of repositories behind a relay (relay+http://, relay+https://), and of places that store objects (sftp://user@host:port/path,
 * s3://bucket/prefix?query, rclone:remote:path).
 *
 * Not allowed are control characters, also if percent-encoded; hosts, users and paths that begin
 * with '-'; and quotes and other special characters of shells in ssh paths (docs/operate/serve.md,
 * "URLs").
 */
#ifndef VV_TRANSPORT_LINE_URL_H
#define VV_TRANSPORT_LINE_URL_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/signature/did.h"

/* VV_URL_GIT: a Git server without varve. VV_URL_IPFS: an IPFS node or gateway.
 * VV_URL_RELAY: a repository of a machine that a relay reaches. VV_URL_SFTP,
 * VV_URL_S3 and VV_URL_RCLONE: places (transport/places/place.h), which are not repositories. */
typedef enum vv_url_kind {
	VV_URL_PATH,
	VV_URL_SSH,
	VV_URL_HTTP,
	VV_URL_IPFS,
	VV_URL_RELAY,
	VV_URL_GIT,
	VV_URL_SFTP,
	VV_URL_S3,
	VV_URL_RCLONE
} vv_url_kind;

/* What a URL can name, other than a repository. */
enum {
	VV_URL_IS_PLACE = 1, /* the URL names a place that stores objects, not a repository */
	VV_URL_STORES = 2,   /* the URL can name a store of blocks */
	VV_URL_HOLDS = 4,    /* the URL can name a holder of sealed copies */
	/* a commit may name the URL as a store, since opening such a store runs no program */
	VV_URL_COMMITS = 8,
	VV_URL_ANY_PLACE = VV_URL_IS_PLACE | VV_URL_STORES | VV_URL_HOLDS | VV_URL_COMMITS
};

/* One row for each scheme: name, form in messages, kind, TLS, default port, uses (VV_URL_STORES
 * ...). The scheme of a path is "file", the scheme of host:path is "ssh". */
/* clang-format off */
#define VV_URL_SCHEMES(row) \
	row("file", "a folder", VV_URL_PATH, false, 0, VV_URL_STORES | VV_URL_HOLDS | VV_URL_COMMITS) \
	row("ssh", "ssh://host/folder", VV_URL_SSH, false, 22, 0) \
	row("http", "http://host/folder", VV_URL_HTTP, false, 80, VV_URL_STORES | VV_URL_COMMITS) \
	row("https", "https://host/folder", VV_URL_HTTP, true, 443, VV_URL_STORES | VV_URL_COMMITS) \
	row("ipfs+http", "ipfs+http://host", VV_URL_IPFS, false, 80, VV_URL_HOLDS) \
	row("ipfs+https", "ipfs+https://host", VV_URL_IPFS, true, 443, VV_URL_HOLDS) \
	row("relay+http", "relay+http://host/key/name", VV_URL_RELAY, false, 80, 0) \
	row("relay+https", "relay+https://host/key/name", VV_URL_RELAY, true, 443, 0) \
	row("git", "git://host/folder", VV_URL_GIT, false, 9418, 0) \
	row("sftp", "sftp://host/folder", VV_URL_SFTP, false, 22, VV_URL_ANY_PLACE) \
	row("s3", "s3://bucket/prefix", VV_URL_S3, true, 443, VV_URL_ANY_PLACE) \
	row("rclone", "rclone:remote:folder", VV_URL_RCLONE, false, 0, VV_URL_IS_PLACE | VV_URL_STORES)
/* clang-format on */

/* A row of VV_URL_SCHEMES. */
typedef struct vv_url_scheme {
	const char *name, *form;
	vv_url_kind kind;
	bool tls;
	unsigned port, may; /* default port, 0: no default; uses (VV_URL_STORES ...) */
} vv_url_scheme;

/* A parsed URL. It owns its strings; vv_url_clear frees them. */
typedef struct vv_url {
	vv_url_kind kind;
	bool tls;      /* as in the row of its scheme */
	char *text;    /* the URL as given, without passwords, for messages and logs */
	char *user;    /* may be NULL */
	char *secret;  /* the password in the URL; may be NULL */
	char *host;    /* without brackets; may be NULL */
	unsigned port; /* 0: the default of the scheme */
	/* decoded for paths and ssh ("~/x" is unchanged, for the remote shell); percent-encoded for
	 * http; "remote:path" for rclone */
	char *path;
	/* for s3, and after vv_url_read_file: percent-encoded, without '?'; may be NULL */
	char *query;
} vv_url;
/* Parses text as the URL of a repository or place. The caller clears *out with vv_url_clear; after
 * a failure, *out is empty. VV_EUSAGE: the URL is invalid. */
vv_status vv_url_read(vv_url *out, const char *text, vv_error *err);
/* Like vv_url_read, for the http:// or https:// URL of a file on a web server. The URL may have a
 * query, which is in out->query, but not in out->text. VV_EUSAGE: the URL is invalid, or has
 * another scheme. */
vv_status vv_url_read_file(vv_url *out, const char *text, vv_error *err);
/* Returns the URL's row of VV_URL_SCHEMES, a constant: the row "file" for a path, "ssh" for
 * host:path. */
const vv_url_scheme *vv_url_scheme_of(const vv_url *u);
/* Appends the forms of the URLs with this use (VV_URL_STORES ...) to out, for messages, such as "a
 * folder, sftp://host/folder or s3://bucket/prefix". */
void vv_url_put_forms(vv_buf *out, unsigned use);
/* Returns true if url is the address of a machine behind a relay, or of a relay. */
bool vv_url_is_behind_relay(const char *url);
/* Splits the path of u, "/KEY" or "/KEY/NAME": writes the key of the machine behind the relay to key, and
 * sets *name to the decoded name of its repository, or "", which the caller frees with vv_free. VV_EUSAGE:
 * u is not the URL of a relay, or its path has another form. */
vv_status vv_url_read_relay(uint8_t key[VV_KEY_PUBLIC], char **name, const vv_url *u,
			    vv_error *err);
void vv_url_clear(vv_url *u);
VV_AUTO_CLEAR(vv_url, vv_url_clear)

#endif
