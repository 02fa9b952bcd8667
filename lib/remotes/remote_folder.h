/*
 * remote_folder: a published folder (docs/formats/folder.md): a repository as plain files, its history in repo.git beside
 * its blocks, which are a store.
 *
 * On a web server it is read over connections of varve's own, in parallel: first four files, which identify it and have its
 * refs; then the packs of its history. Other objects are left to git, which requests them one by one.
 *
 * A correct caller: open; vv_remote_folder_ask for each of the first files (several at once); shows; refs; bring; close.
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

#define VV_FOLDER_GIT "repo.git"
#define VV_FOLDER_MARK "folder" /* the file of varve publish */

/* Appends the URL of a published folder, without a slash at its end. url: that of the folder, or of its repo.git. */
vv_status vv_folder_url_put(vv_buf *out, const char *url, vv_error *err);
/* Does this machine have a store there, with repo.git beside it? False for all URLs but paths. */
bool vv_folder_path_is(const char *url);

#define VV_FOLDER_FIRST 4u /* files: the mark of the store, refs, HEAD, the list of packs */

typedef struct vv_remote_folder {
	char *url, *history; /* of the store, and of repo.git */
	/* of a web server's; not open: on this machine, or the store has it by now */
	vv_place place;
	vv_buf first[VV_FOLDER_FIRST]; /* empty: it is not there, or */
	vv_error why[VV_FOLDER_FIRST]; /* could not be read; code VV_OK: it could */
	atomic_bool stopped;           /* waits are ended */
	bool locked;                   /* the web server wants a login for the mark */
} vv_remote_folder;

/* Sends no request. A folder on this machine is only a path. login false: does not get a login from git. VV_ENOSUPPORT:
 * libcurl is not installed. */
vv_status vv_remote_folder_open(vv_remote_folder **out, const char *url, bool login,
				const vv_connect_options *connect, vv_error *err);
void vv_remote_folder_close(vv_remote_folder *f); /* accepts NULL */
VV_AUTO_FREE(vv_remote_folder, vv_remote_folder_close)

/* A vv_at_once_fn: reads the i-th of the first files. A failure is kept, and leaves it empty. */
vv_status vv_remote_folder_ask(void *f, size_t i, vv_error *err);
/* Is the mark there, of any format? */
bool vv_remote_folder_shows(const vv_remote_folder *f);
/* The error of a first file that may exist but could not be read (VV_EIO, VV_ECORRUPT); VV_OK: none. silent: only where the
 * server did not answer in time. */
vv_status vv_remote_folder_failed(const vv_remote_folder *f, bool silent, vv_error *err);
/* Appends the refs as 'git ls-remote --symref' prints them; nothing if they were not there. */
void vv_remote_folder_refs(const vv_remote_folder *f, vv_buf *out);

/* Downloads the packs of the history that are new since the last vv_remote_folder_note with this dir, in parallel, into the
 * repository; each is checked as a peer's. Reuses the parts that a killed run left in dir, which belongs to this folder, and
 * those that came from another copy in this transfer. Git must fetch the rest, if any. VV_EREFUSED: more than a peer may
 * send. */
vv_status vv_remote_folder_bring(const vv_remote_folder *f, vv_transfer *t, const char *dir,
				 vv_error *err);
/* Notes that everything reachable from the folder's refs is stored here: its packs need not be
 * downloaded again. */
vv_status vv_remote_folder_note(const vv_remote_folder *f, const vv_transfer *t, const char *dir,
				vv_error *err);

#endif
