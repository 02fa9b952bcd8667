/*
 * place_kinds: the kinds of places, and how each is opened.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_KINDS_H
#define VV_TRANSPORT_PLACES_PLACE_KINDS_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

typedef struct vv_place_choice {
	unsigned kinds; /* 1u << each vv_url_kind that may be */
	const char *
		otherwise; /* of another one, after its URL: what is wrong, a line end, what to give */
} vv_place_choice;

/* Opens the place that the URL means, as its kind below does. VV_EUSAGE: it is none of the choice. */
vv_status vv_place_open(vv_place *out, const vv_url *url, const vv_place_choice *choice,
			const vv_place_facts *facts, const vv_connect_options *connect, bool make,
			vv_error *err);

/* ---- folder_place: a folder of this machine, or of a disk or share that is mounted here.
 *
 * A file marks it (vv_place_mark). What has one device number is taken to fail together ---- */

/* make: the folder is made, and marked, if it is not, in one that is there. VV_ENOTFOUND: it is not there, or has no
 * mark. */
vv_status vv_folder_place_open(vv_place *out, const char *path, const vv_place_facts *facts,
			       bool make, vv_error *err);
/* The same of a folder inside a repository: made with all above it, and on no disk of its own. */
vv_status vv_own_folder_open(vv_place *out, const char *path, const vv_place_facts *facts,
			     bool make, vv_error *err);

/* Somebody else has changed it: what is there is counted again before more is put. */
void vv_folder_place_changed(const vv_place *p);

/* ---- sftp_place: a folder of another machine, over SFTP: sftp://[user@]host[:port]/path.
 *
 * The host is reached as varve's ssh reaches one, by libssh2 (docs/operate/serve.md): the same ~/.ssh/config,
 * known_hosts, agent and keys. The folder is laid out and marked as one of this machine is. What has one
 * host is taken to fail together ---- */

/* connect is used as long as the place is. make: the folder is made, and marked, if it is not.
 * VV_ENOTFOUND: host or folder are not there; VV_EREFUSED: it does not let us in; VV_ENOSUPPORT: ssh is set
 * up so that only its program can reach the host. */
vv_status vv_sftp_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

/* ---- s3_place: a bucket of an S3 store, or what is below a prefix in one.
 *
 * Objects are called as the files of a folder are, behind the prefix; one of them marks it. Each is
 * written by one PUT. What has one endpoint is taken to fail together ---- */

/* connect is copied; what it points to is used as long as the place is, where keys end and are asked for anew. make: the mark is written if it is not there.
 * VV_EUSAGE: the URL makes no sense; VV_ENOTFOUND: no credentials, no host, or no mark; VV_EIO: the store does not
 * let us. */
vv_status vv_s3_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			   const vv_connect_options *connect, bool make, vv_error *err);

/* ---- web_place: files that a web server gives, to be read: a bucket's public address, a CDN, pages of a Git host.
 *
 * Nothing can be put or listed there. One range a request; a server that knows none gives all of a file ---- */

/* connect is used for the settings only, while it is opened; nothing is made. VV_ENOTFOUND: it has no mark. */
vv_status vv_web_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			    const vv_connect_options *connect, bool make, vv_error *err);

/* ---- rclone_place: what the program rclone reaches: rclone:REMOTE:PATH, with a remote of rclone's own configuration.
 *
 * Each request is a run of the program. It may write anywhere that its user may: so such a URL comes from the user's own
 * settings, never from a file of the repository ---- */

/* make: it is marked, if it is not. VV_ENOTFOUND: it has no mark. VV_EPROGRAM: there is no rclone. */
vv_status vv_rclone_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err);

/* ---- ipfs_place: an IPFS node that this machine may give orders: ipfs+http://127.0.0.1:5001, Kubo's RPC.
 *
 * It keeps raw blocks, pinned and called by their CIDs, and nothing else: other names cannot be found there. What is
 * pinned there for other reasons is listed, too, if by its size it may be ours (vv_place_facts.ours). What is removed is
 * unpinned, and goes with the node's next gc ---- */

/* connect is used while it is opened. VV_EUSAGE: an address that nobody gives orders over;
 * VV_EIO: no node of IPFS answers. */
vv_status vv_ipfs_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

#endif
