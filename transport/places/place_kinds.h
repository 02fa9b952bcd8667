/*
 * place_kinds: the kinds of places, and how each is opened.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_KINDS_H
#define VV_TRANSPORT_PLACES_PLACE_KINDS_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

typedef struct vv_place_choice {
	unsigned use;          /* VV_URL_STORES or VV_URL_HOLDS */
	const char *otherwise; /* for other URLs: the fault, a line end, the expected form */
	/* Opens a varve server (http://, ssh://) as a place; NULL: the choice has none. payload is passed through. */
	vv_status (*server)(vv_place *out, const vv_url *url, const void *payload,
			    const vv_place_facts *facts, const vv_connect_options *connect,
			    vv_error *err);
	const void *payload;
} vv_place_choice;

/* A line for each kind: its URL, and the function below that opens it. */
/* clang-format off */
#define VV_PLACE_KINDS(row) \
	row(VV_URL_PATH, vv_folder_url_open) \
	row(VV_URL_SFTP, vv_sftp_place_open) \
	row(VV_URL_S3, vv_s3_place_open) \
	row(VV_URL_HTTP, vv_web_place_open) \
	row(VV_URL_IPFS, vv_ipfs_place_open) \
	row(VV_URL_RCLONE, vv_rclone_place_open)
/* clang-format on */

/* Opens the place that the URL means, as its kind below does. VV_EUSAGE: it is none of the choice. */
vv_status vv_place_open(vv_place *out, const vv_url *url, const vv_place_choice *choice,
			const vv_place_facts *facts, const vv_connect_options *connect, bool make,
			vv_error *err);

/* ---- folder_place: a folder of this machine, or of a disk or share that is mounted here.
 *
 * A file marks it (vv_place_mark). Folders with one device number are assumed to fail together
 * ---- */

/* make: makes and marks the folder if needed; its parent must exist. VV_ENOTFOUND: it does not exist, or has no
 * mark. */
vv_status vv_folder_place_open(vv_place *out, const char *path, const vv_place_facts *facts,
			       bool make, vv_error *err);
vv_status vv_folder_url_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);
/* The same of a folder inside a repository: made with all above it, and on no disk of its own. */
vv_status vv_own_folder_open(vv_place *out, const char *path, const vv_place_facts *facts,
			     bool make, vv_error *err);

/* Another process has changed it: counts its content again before the next put. */
void vv_folder_place_changed(const vv_place *p);

/* ---- sftp_place: a folder of another machine, over SFTP: sftp://[user@]host[:port]/path.
 *
 * The host is reached like varve's ssh remotes, by libssh2 (docs/operate/serve.md): the same ~/.ssh/config,
 * known_hosts, agent and keys. The folder has the layout and mark of a folder on this machine. Places at one
 * host are assumed to fail together ---- */

/* connect is used as long as the place is. make: the folder is made, and marked, if it is not.
 * VV_ENOTFOUND: host or folder are not there; VV_EREFUSED: it does not let us in; VV_ENOSUPPORT: ssh is set
 * up so that only its program can reach the host. */
vv_status vv_sftp_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

/* ---- s3_place: a bucket of an S3 store, or a prefix in one.
 *
 * Objects have the names of a folder's files, after the prefix; one of them marks it. Each is
 * written by one PUT. Places at one endpoint are assumed to fail together ---- */

/* connect is copied; its pointers are used as long as the place, since keys expire and are fetched again. make: writes a
 * missing mark. VV_EUSAGE: an invalid URL; VV_ENOTFOUND: no credentials, no host, or no mark; VV_EIO: the store denies
 * access. */
vv_status vv_s3_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			   const vv_connect_options *connect, bool make, vv_error *err);

/* ---- web_place: files of a web server, read-only: a bucket's public address, a CDN, pages of a Git host.
 *
 * Put and list are not supported. One range a request; a server without ranges sends the whole file ---- */

/* connect is used for the settings only, while it is opened; nothing is made. VV_ENOTFOUND: it has no mark. */
vv_status vv_web_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			    const vv_connect_options *connect, bool make, vv_error *err);

/* ---- rclone_place: a place of the program rclone: rclone:REMOTE:PATH, with a remote of rclone's own configuration.
 *
 * Each request is a run of the program. It may write anywhere that its user may: so such a URL comes from the user's own
 * settings, never from a file of the repository ---- */

/* make: marks it if needed. VV_ENOTFOUND: it has no mark. VV_EPROGRAM: rclone is not installed. */
vv_status vv_rclone_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err);

/* ---- ipfs_place: an IPFS node that this machine controls: ipfs+http://127.0.0.1:5001, Kubo's RPC.
 *
 * It stores only raw blocks, pinned and named by their CIDs: other names cannot be found there. Other pinned blocks are
 * listed, too, if their size may be ours (vv_place_facts.ours). Removed blocks are unpinned, and deleted by the node's
 * next gc ---- */

/* connect is used while it is opened. VV_EUSAGE: not an address for RPC; VV_EIO: no node of IPFS
 * answers. */
vv_status vv_ipfs_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

#endif
