/*
 * place_kinds: opens the place at a URL, of any kind.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_KINDS_H
#define VV_TRANSPORT_PLACES_PLACE_KINDS_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

/* The use of a place, for vv_place_open. */
typedef struct vv_place_choice {
	unsigned use; /* VV_URL_STORES or VV_URL_HOLDS */
	/* the error for URLs without this use, after the URL, such as "is not a place for a store";
	 * further words after the hint, which lists the forms of URLs with this use */
	const char *otherwise, *further;
	/* Opens a varve server (http://, ssh://, relay+http://) as a place, with `payload` below as its argument;
	 * NULL: servers are not supported. */
	vv_status (*server)(vv_place *out, const vv_url *url, const void *payload,
			    const vv_place_facts *facts, const vv_connect_options *connect,
			    vv_error *err);
	const void *payload;
} vv_place_choice;

/* One row for each kind of place: the kind of its URLs, and the function below that opens the
 * place. */
/* clang-format off */
#define VV_PLACE_KINDS(row) \
	row(VV_URL_PATH, vv_folder_url_open) \
	row(VV_URL_SFTP, vv_sftp_place_open) \
	row(VV_URL_S3, vv_s3_place_open) \
	row(VV_URL_HTTP, vv_web_place_open) \
	row(VV_URL_IPFS, vv_ipfs_place_open) \
	row(VV_URL_RCLONE, vv_rclone_place_open)
/* clang-format on */

/* Opens the place at a URL with the function of its kind in VV_PLACE_KINDS; the arguments and
 * errors are those of that function. A URL of http, ssh or a relay is opened with choice->server if
 * that is set; then neither choice->use nor make is considered. The caller closes *out with
 * vv_place_close. VV_EUSAGE: the URL does not have the use that choice requires. */
vv_status vv_place_open(vv_place *out, const vv_url *url, const vv_place_choice *choice,
			const vv_place_facts *facts, const vv_connect_options *connect, bool make,
			vv_error *err);

/* ---- folder_place: a folder on this machine, also on a mounted disk or share.
 *
 * The folder has a mark (vv_place_mark). Folders with the same device number are assumed to fail
 * together ---- */

/* Opens the folder path as a place. make: makes and marks the folder if necessary; its parent must
 * exist, and, below /media, /run/media and /mnt, must be on another disk than /. VV_ENOTFOUND: the
 * folder does not exist or has no mark, or its disk is not mounted. */
vv_status vv_folder_place_open(vv_place *out, const char *path, const vv_place_facts *facts,
			       bool make, vv_error *err);
/* Calls vv_folder_place_open with the path of the URL. */
vv_status vv_folder_url_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);
/* Like vv_folder_place_open, for a folder inside of a repository: also makes missing parents, and
 * does not check whether a disk is mounted. */
vv_status vv_own_folder_open(vv_place *out, const char *path, const vv_place_facts *facts,
			     bool make, vv_error *err);

/* Makes the next put count the bytes in the folder again, for the quota. Call this after another
 * process has changed the folder. */
void vv_folder_place_changed(const vv_place *p);

/* ---- sftp_place: a folder on another machine, over SFTP: sftp://[user@]host[:port]/path.
 *
 * The host is reached with libssh2, as varve's ssh remotes are (docs/operate/serve.md), with the
 * same ~/.ssh/config, known_hosts, agent and keys. The folder has the layout and mark of a folder
 * on this machine. Places at one host are assumed to fail together ---- */

/* Opens the folder at the URL on an SFTP host. connect must outlive the place. make: makes and
 * marks the folder if necessary. VV_EUSAGE: the path begins with ~user. VV_ENOTFOUND: the folder
 * does not exist or has no mark. VV_EREFUSED: the host's key is unknown, or the host forbids access
 * or does not accept the login; in the last case, err->login is set. VV_ENOSUPPORT: the settings or
 * the ssh configuration require the program ssh. VV_EIO: the host does not exist or does not
 * answer. */
vv_status vv_sftp_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

/* ---- s3_place: a bucket of an S3 store, or a prefix in one.
 *
 * Objects are named like the files of a folder, after the prefix; one object is the mark. Each
 * object is written by one PUT. Places at one endpoint are assumed to fail together ---- */

/* Opens the bucket or prefix at the URL. connect is copied; its pointers must outlive the place,
 * since keys expire and are fetched again. make: writes a missing mark. VV_EUSAGE: the URL is
 * invalid. VV_ENOTFOUND: the mark is missing. VV_EREFUSED: the store denies access, or does not
 * accept the credentials; in the second case, err->login is set. VV_EIO: no credentials were found,
 * or the host does not exist or does not answer. */
vv_status vv_s3_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			   const vv_connect_options *connect, bool make, vv_error *err);

/* ---- web_place: files of a web server, read-only: a bucket's public address, a CDN, pages of a Git host.
 *
 * Put and list are not supported. Each request has one range; a server without range support sends
 * the whole file ---- */

/* Opens the files at the URL of a web server. make is ignored. The repository, the environment and
 * the flag `stopped` of connect must outlive the place. VV_ENOTFOUND: the mark is missing. */
vv_status vv_web_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			    const vv_connect_options *connect, bool make, vv_error *err);

/* ---- rclone_place: a place that the program rclone reaches: rclone:REMOTE:PATH, where REMOTE is
 * configured in rclone.
 *
 * Each request runs the program once. Since rclone can write to any place to which the user can
 * write, such URLs are accepted only from the user's own settings, never from a file of the
 * repository ---- */

/* Opens the path at the URL of an rclone remote. The environment of connect must outlive the
 * place. make: writes a missing mark. VV_ENOTFOUND: the mark is missing. VV_EREFUSED: make is
 * set, and the place without a mark is not empty. VV_EPROGRAM: rclone is not installed. */
vv_status vv_rclone_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err);

/* ---- ipfs_place: an IPFS node that this machine controls: ipfs+http://127.0.0.1:5001, Kubo's RPC.
 *
 * The place stores only raw blocks, pinned and named by their CIDs; objects with other names cannot
 * be stored. Other pinned blocks are listed, too, if a varve object could have their size
 * (vv_place_facts.ours). Removed blocks are unpinned, and deleted by the node's next gc ---- */

/* Opens the IPFS node at the URL. make is ignored. The repository, the environment and the flag
 * `stopped` of connect must outlive the place. VV_EUSAGE: the URL is not an RPC address. VV_EIO: no
 * IPFS node answers. */
vv_status vv_ipfs_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

#endif
