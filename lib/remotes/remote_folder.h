/*
 * remote_folder: reads a published folder (docs/formats/folder.md): a repository as plain files,
 * with its history in repo.git and its blocks in a store beside it.
 *
 * Folders of web servers are read over varve's own connections, in parallel: first the four files
 * that identify a folder and have its refs, then the packs of its history. git fetches other
 * objects, one by one.
 *
 * A correct caller: vv_remote_folder_open; vv_remote_folder_ask for each of the first files, which
 * may run in parallel; vv_remote_folder_shows; vv_remote_folder_refs; vv_remote_folder_bring;
 * vv_remote_folder_close.
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
#define VV_FOLDER_MARK "folder" /* the file that varve publish writes */

/* Appends the URL of a published folder, without a final slash. url: the folder's own URL, or the
 * URL of its repo.git. */
vv_status vv_folder_url_put(vv_buf *out, const char *url, vv_error *err);
/* Returns true if url is the path of a store on this machine that has repo.git beside it. */
bool vv_folder_path_is(const char *url);

#define VV_FOLDER_FIRST 4u /* number of files: mark of the store, refs, HEAD, list of packs */

typedef struct vv_remote_folder {
	char *url,        /* URL of the store */
		*history; /* URL of repo.git */
	/* connection to a web server; not open if the folder is on this machine */
	vv_place place;
	/* the first files; empty: the file does not exist, or could not be read */
	vv_buf first[VV_FOLDER_FIRST];
	/* why a first file could not be read; code VV_OK: it was read */
	vv_error why[VV_FOLDER_FIRST];
	atomic_bool stopped; /* set to end all waits */
	bool locked;         /* the web server requires a login for the mark */
} vv_remote_folder;

/* Opens a folder, without sending a request. For a folder on this machine, only its path is needed.
 * login false: do not get a login from git. VV_ENOSUPPORT: libcurl is not installed. */
vv_status vv_remote_folder_open(vv_remote_folder **out, const char *url, bool login,
				const vv_connect_options *connect, vv_error *err);
void vv_remote_folder_close(vv_remote_folder *f); /* accepts NULL */
VV_AUTO_FREE(vv_remote_folder, vv_remote_folder_close)

/* Reads the file first[i]. If it cannot be read, stores the reason in why[i]; first[i] is empty
 * then. Returns VV_OK. Has the type vv_at_once_fn. */
vv_status vv_remote_folder_ask(void *f, size_t i, vv_error *err);
/* Returns true if the folder has the mark of a store, of any format version. */
bool vv_remote_folder_shows(const vv_remote_folder *f);
/* Returns the error of a first file that may exist but could not be read (VV_EIO, VV_ECORRUPT);
 * VV_OK if there is none. silent: only return errors of a server that did not answer in time. */
vv_status vv_remote_folder_failed(const vv_remote_folder *f, bool silent, vv_error *err);
/* Appends the refs in the format of 'git ls-remote --symref'; nothing if the refs could not be
 * read. */
void vv_remote_folder_refs(const vv_remote_folder *f, vv_buf *out);

/* Downloads, in parallel, the packs of the history that were added since the last
 * vv_remote_folder_note with the same dir, and puts them into the repository. They are checked like
 * packs of a peer. dir belongs to this folder. Parts of packs that a killed run left in dir, or
 * that came from another copy in this transfer, are not downloaded again. git must fetch the rest,
 * if any. VV_EREFUSED: the packs exceed the limits for peers. */
vv_status vv_remote_folder_bring(const vv_remote_folder *f, vv_transfer *t, const char *dir,
				 vv_error *err);
/* Stores in dir that everything reachable from the folder's refs is in this repository, so that its
 * packs are not downloaded again. */
vv_status vv_remote_folder_note(const vv_remote_folder *f, const vv_transfer *t, const char *dir,
				vv_error *err);

#endif
