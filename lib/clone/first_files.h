/*
 * first_files: the files of a repository that was just made, by clone or recover: nothing else was in its folder,
 * but perhaps what an earlier attempt wrote.
 */
#ifndef VV_LIB_CLONE_FIRST_FILES_H
#define VV_LIB_CLONE_FIRST_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_first_files {
	bool fetch;                  /* ask the remotes for blocks that are missing here */
	const vv_progress *progress; /* or NULL */
	/* the commit that the earlier attempt wrote files of; NULL: as the one now */
	const vv_oid *before;
	bool lacking; /* afterwards: tables that belong there stayed pointers */
} vv_first_files;

/* Files, then the index. Those of an earlier attempt stay, and so does what the user made of them. Tables whose blocks are missing here are pointers, and are noted. */
vv_status vv_first_files_write(vv_repository *repo, vv_first_files *f, const vv_oid *commit,
			       vv_error *err);

/* Has an earlier attempt got so far as to write files? */
bool vv_first_files_there(vv_repository *repo);

#endif
