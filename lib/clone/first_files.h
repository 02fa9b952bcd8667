/*
 * first_files: writes the files of a new repository of clone or recover: its folder is empty, except for files of
 * an earlier attempt.
 */
#ifndef VV_LIB_CLONE_FIRST_FILES_H
#define VV_LIB_CLONE_FIRST_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_first_files {
	bool fetch;                  /* fetch missing blocks from the remotes */
	const vv_progress *progress; /* or NULL */
	/* the commit that the earlier attempt wrote files of; NULL: as the one now */
	const vv_oid *before;
	bool lacking; /* afterwards: tables that belong there stayed pointers */
} vv_first_files;

/* Writes files, then the index. Files of an earlier attempt stay, also if the user changed them. Tables with missing blocks
 * become pointers, and are noted. */
vv_status vv_first_files_write(vv_repository *repo, vv_first_files *f, const vv_oid *commit,
			       vv_error *err);

/* Has an earlier attempt got so far as to write files? */
bool vv_first_files_there(vv_repository *repo);

#endif
