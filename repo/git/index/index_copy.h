/*
 * index_copy: the index as it was before a command staged something, to put it back when
 * the command fails: what `git commit -a` does by committing from a temporary index.
 *
 * A correct caller: vv_index_copy_take; stage and write; vv_index_copy_mark after each
 * time that the index was written for this command; vv_index_copy_restore on failure.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_COPY_H
#define VV_REPO_GIT_INDEX_INDEX_COPY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

typedef struct vv_index_copy {
	bool taken, existed;
	vv_buf bytes;
	vv_stat before; /* of the file that was copied */
	bool marked;
	vv_stat written; /* of the file as this command wrote it last */
} vv_index_copy;

vv_status vv_index_copy_take(vv_index_copy *out, vv_repository *r, vv_error *err);
void vv_index_copy_mark(vv_index_copy *c, vv_repository *r);

/* Puts the copy back, with its old time, on which what Git trusts of it depends. Nothing
 * when nothing was taken or marked. VV_ECONFLICT: somebody else wrote the index since;
 * it is left as it is. */
vv_status vv_index_copy_restore(const vv_index_copy *c, vv_repository *r, vv_error *err);
void vv_index_copy_clear(vv_index_copy *c);

#endif
