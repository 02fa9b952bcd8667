/*
 * migrated: converts old versions of files for a rewritten history. It converts files to pointers
 * or, in an export, pointers to text.
 *
 * The same content at the same path is converted only once, and has the same result in all commits.
 * Each version of a path is stored as the successor of the version of this path that was converted
 * before it, so the caller converts versions in the order of history.
 *
 *	vv_migrated_open(&c, repo, export, dry, progress, err);
 *	for each version: vv_migrated_take(c, path, &blob, &now, err);
 *	vv_migrated_finish(c, err);
 *	vv_migrated_close(c);
 */
#ifndef VV_LIB_CLONE_MIGRATED_H
#define VV_LIB_CLONE_MIGRATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/clone/dvc_file.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* One value = one path, with sums over all its converted versions. */
typedef struct vv_migrated_path {
	char *path;
	uint64_t versions, /* number of converted versions */
		bytes;     /* size of their files in bytes */
	/* size of the blocks that they added to the store, in bytes; 0 in an export */
	uint64_t stored;
	bool lfs,    /* some versions were stored by Git LFS */
		dvc; /* some versions were stored by DVC */
	/* number of versions that are stored as bytes, because they cannot be read as tables */
	uint64_t plain;
	/* if plain is not 0: the message of the error that occurred when the first of these
	 * versions was read as a table; else NULL */
	char *reason;
	/* root of the table that was converted last for this path; null: no table was converted */
	vv_cid last;
	vv_buf last_block; /* the root block of that table */
} vv_migrated_path;

/* One value = one conversion of a history. */
typedef struct vv_migrated vv_migrated;
/* Opens a converter for the repository r, which must outlive it. export: convert pointers to text,
 * not files to pointers. dry: store nothing. progress may be NULL. Call vv_migrated_close also on
 * failure. */
vv_status vv_migrated_open(vv_migrated **out, vv_repository *r, bool export, bool dry,
			   const vv_progress *progress, vv_error *err);
void vv_migrated_close(vv_migrated *c); /* accepts NULL */
VV_AUTO_FREE(vv_migrated, vv_migrated_close)

/* Converts the blob *blob, a version of `path`, and sets *out to the id of the result; *out is
 * *blob if the blob needs no conversion. In an export, *out is a provisional id: the blob is
 * created by vv_migrated_finish, and a call after that sets *out to its id. If `blob` is a pointer
 * to an object of Git LFS that this repository lacks, the pointer is not converted, and
 * vv_migrated_finish reports it. */
vv_status vv_migrated_take(vv_migrated *c, const char *path, const vv_oid *blob, vv_oid *out,
			   vv_error *err);

/* Converts the file *o, which DVC stores for `path`, and sets *out to the id of the result. folder:
 * the folder that contains .dvc, relative to the top of the work tree: "" or, for example, "a/b/".
 * VV_EMISSING: the file is not in DVC's cache; vv_migrated_finish reports this, too. */
vv_status vv_migrated_take_dvc(vv_migrated *c, const char *path, const char *folder,
			       const vv_dvc_out *o, vv_oid *out, vv_error *err);

/* Sets *out, which must be zeroed, to the list of the files in *o, a folder that DVC stores.
 * `folder` is as for vv_migrated_take_dvc. VV_EMISSING: the list is not in DVC's cache;
 * vv_migrated_finish does not report this. */
vv_status vv_migrated_dvc_list(vv_migrated *c, const char *folder, const vv_dvc_out *o,
			       vv_dvc_file *out, vv_error *err);

/* Sets *out to true if the file `path` of the work tree has the bytes of a converted version whose
 * new id is *now, or is the pointer *now itself; else to false. */
vv_status vv_migrated_is_file(const vv_migrated *c, const char *path, const vv_oid *now, bool *out,
			      vv_error *err);

/* Makes the stored blocks and blobs durable, and verifies that every stored version reproduces the
 * bytes it was made of. In an export, creates the blobs of text instead. With dry, stores nothing.
 * VV_EMISSING: contents are missing here; the message names the first, and nothing was made
 * durable. VV_ECORRUPT: a stored version differs from its bytes. */
vv_status vv_migrated_finish(vv_migrated *c, vv_error *err);

/* Returns the paths so far, in the order in which they were first converted, and sets *count to
 * their number. The array is borrowed until the next conversion. */
const vv_migrated_path *vv_migrated_paths_now(const vv_migrated *c, size_t *count);
/* Returns all paths, sorted by path, and sets *count to their number. The array is borrowed from c.
 * No version may be converted after this call. */
const vv_migrated_path *vv_migrated_paths(vv_migrated *c, size_t *count);

#endif
