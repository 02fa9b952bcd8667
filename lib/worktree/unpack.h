/*
 * unpack: the file inside of a compressed one takes its place in the work tree, so that versions of it share blocks.
 */
#ifndef VV_LIB_WORKTREE_UNPACK_H
#define VV_LIB_WORKTREE_UNPACK_H

#include <stdint.h>

#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_unpack {
	vv_repository *repo; /* borrowed, all three */
	vv_dataset_reader *reader;
	vv_index *index;
} vv_unpack;

/* What path (repository-relative: prices.csv.gz) holds is written beside it without its ending, in one step and durably;
 * the compressed file stays. *out: the new file's path (vv_free); *bytes: its length. A file of that name is replaced only
 * where nothing is lost. VV_EUSAGE: the name has no such ending. VV_EREFUSED: another file is in the way, or too much comes
 * out of this one. VV_EINPUT: it is damaged or cut off. */
vv_status vv_unpack_run(char **out, uint64_t *bytes, const vv_unpack *u, const char *path,
			vv_error *err);

#endif
