/*
 * first_files: writes the files of a commit into the work tree of a new repository, made by a clone
 * or a recovery. The work tree is empty, or has files of an earlier attempt that was interrupted.
 */
#ifndef VV_LIB_CLONE_FIRST_FILES_H
#define VV_LIB_CLONE_FIRST_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Options and result. */
typedef struct vv_first_files {
	bool fetch;                  /* fetch missing blocks from remotes */
	const vv_progress *progress; /* may be NULL */
	/* the commit whose files the earlier attempt wrote, if it is another commit; else NULL */
	const vv_oid *before;
	bool lacking; /* result: tables were written as pointers, because blocks are missing */
	bool refused; /* result: no file was written, because git refuses a name; a warning was sent */
} vv_first_files;

/* Writes the files of the commit, then the index. Does not overwrite existing files; if f->before
 * is set, replaces those of that commit that are unchanged. Does nothing if f->before is NULL and
 * the index exists. Writes tables with missing blocks as pointers, with a notice. */
vv_status vv_first_files_write(vv_repository *repo, vv_first_files *f, const vv_oid *commit,
			       vv_error *err);

/* Returns true if the work tree has an index or files, because an earlier attempt was interrupted
 * after it began to write files. */
bool vv_first_files_there(vv_repository *repo);

#endif
