/*
 * remote_folder: reads a published folder (docs/formats/folder.md): a repository as plain files,
 * with its history in repo.git and its blocks in a store beside it.
 *
 * Folders of web servers are read over varve's own connections, in parallel. The first requests are
 * for the four files that identify a folder and have its refs, the next ones for the packs of its
 * history. git then fetches objects that are still missing, one by one.
 *
 * A correct caller calls vv_remote_folder_open, then, for a folder of a web server,
 * vv_remote_folder_ask for each of the first files, also in parallel; then vv_remote_folder_shows,
 * vv_remote_folder_refs, vv_remote_folder_bring, and last vv_remote_folder_close.
 */
#ifndef VV_LIB_REMOTES_REMOTE_FOLDER_H
#define VV_LIB_REMOTES_REMOTE_FOLDER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/transfer.h"
#include "transport/places/place.h"

#define VV_FOLDER_GIT "repo.git" /* name of the folder with the history */
#define VV_FOLDER_MARK "folder"  /* the file that varve publish writes */

/* Appends to out the URL of the published folder `url`, without a final slash. url: the folder's
 * own URL, or the URL of its repo.git. */
vv_status vv_folder_url_put(vv_buf *out, const char *url, vv_error *err);
/* Returns true if url is the path of a published folder on this machine: it has repo.git, and the
 * mark of a store or the file of varve publish. */
bool vv_folder_path_is(const char *url);

/* Number of the first files, in this order: mark of the store, refs, HEAD, list of packs. */
#define VV_FOLDER_FIRST 4u

/* An open folder. */
typedef struct vv_remote_folder {
	char *url,        /* URL of the store */
		*history; /* URL of repo.git */
	/* connection to a web server; not open if the folder is on this machine */
	vv_place place;
	/* the first files; empty: the file does not exist, or could not be read */
	vv_buf first[VV_FOLDER_FIRST];
	/* why[i]: the error that occurred when first[i] was read; code VV_OK: no error occurred */
	vv_error why[VV_FOLDER_FIRST];
	atomic_bool stopped; /* set to end all waits */
	bool locked;         /* the web server requires a login for the mark */
} vv_remote_folder;

/* Opens the folder `url` as *out, without sending a request. For a folder on this machine, only
 * sets the members `url` and `history`. login: get a login from git if the server requires one.
 * VV_ENOSUPPORT: libcurl is not installed. */
vv_status vv_remote_folder_open(vv_remote_folder **out, const char *url, bool login,
				const vv_connect_options *connect, vv_error *err);
void vv_remote_folder_close(vv_remote_folder *f); /* accepts NULL */
VV_AUTO_FREE(vv_remote_folder, vv_remote_folder_close)

/* Reads the file number i into first[i] of the vv_remote_folder f. If it cannot be read, sets
 * why[i] to the error; first[i] is empty then. Returns VV_OK in any case. Has the type
 * vv_at_once_fn. */
vv_status vv_remote_folder_ask(void *f, size_t i, vv_error *err);
/* Returns true if the first files, once they are read, include the mark of a store, of any format
 * version. */
bool vv_remote_folder_shows(const vv_remote_folder *f);
/* If one of the first files may exist, but could not be read, returns its error (VV_EIO or
 * VV_ECORRUPT); else VV_OK. silent: only return errors of a server that did not answer in time. */
vv_status vv_remote_folder_failed(const vv_remote_folder *f, bool silent, vv_error *err);
/* Appends the refs of the folder to out, in the format of 'git ls-remote --symref'; appends nothing
 * if the refs could not be read. */
void vv_remote_folder_refs(const vv_remote_folder *f, vv_buf *out);

/* Downloads, in parallel, the packs of the history that were added since the last
 * vv_remote_folder_note with the same dir, and puts them into the repository. They are checked like
 * packs of a peer. dir: a local folder for this published folder only. Parts of packs that a killed
 * run left in dir, or that were received from another copy in this transfer, are not downloaded
 * again. Afterwards, the caller fetches objects that are still missing with git. Succeeds without
 * packs if the folder is on this machine, if it is not known which packs are new, if there are more
 * than 64, or if packs are missing or damaged (then with a warning). VV_EREFUSED: the packs exceed
 * the limits for peers. */
vv_status vv_remote_folder_bring(const vv_remote_folder *f, vv_transfer *t, const char *dir,
				 vv_error *err);
/* Writes a file in dir which states that everything reachable from the folder's refs is in this
 * repository, so that its packs are not downloaded again. Removes parts of packs that were left in
 * dir. */
vv_status vv_remote_folder_note(const vv_remote_folder *f, const vv_transfer *t, const char *dir,
				vv_error *err);

#endif
