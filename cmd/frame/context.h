/*
 * context: the repository, work tree, reader ... of a command, opened before it runs and closed
 * after it.
 *
 * A command's table lists what it needs, and the frame opens that, in this order: the repository,
 * the words as paths, the reader or the writer of datasets, Git's index. So
 *
 *	.needs = VV_NEEDS_WORKTREE | VV_NEEDS_PATHS | VV_NEEDS_READER | VV_NEEDS_INDEX
 *
 * runs in a work tree only, and has paths, reader and index in its context. vv_context_need opens
 * objects that only some options need; the frame closes these, too. A command that also works
 * outside of any repository declares no needs, and calls vv_context_need itself.
 */
#ifndef VV_CMD_FRAME_CONTEXT_H
#define VV_CMD_FRAME_CONTEXT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "cmd/frame/url_words.h"
#include "lib/clone/cached.h"
#include "lib/names/pathspec.h"
#include "lib/space/auto_gc.h"
#include "lib/sync/on_demand.h"
#include "lib/tables/dataset_reader.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/put_right.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

enum {
	VV_NEEDS_PROGRESS = 1 << 0, /* show progress */
	/* the repository of the current folder; all flags below imply this one */
	VV_NEEDS_REPOSITORY = 1 << 1,
	VV_NEEDS_WORKTREE = 1 << 2, /* a repository with a work tree */
	/* a work tree in which an interrupted command was finished or undone; for all commands
	 * that change index or files */
	VV_NEEDS_RIGHT = 1 << 3,
	VV_NEEDS_PATHS = 1 << 4,  /* the arguments are paths of the work tree */
	VV_NEEDS_WRITER = 1 << 5, /* datasets are read and written */
	VV_NEEDS_READER = 1 << 6, /* datasets are read */
	VV_NEEDS_LOCK = 1 << 7,   /* lock out other writers before the index is read */
	VV_NEEDS_INDEX = 1 << 8,
	/* the command checks the indexes of Git's packs itself, before anything reads them */
	VV_NEEDS_NO_PACKS = 1 << 9,
	/* lock the index without changing it: for commands that change .gitattributes */
	VV_NEEDS_INDEX_LOCK = 1 << 10
};

typedef struct vv_context {
	const char *name; /* the command's name, for messages */
	char again[32];   /* the name with an option, for notes: "merge --abort" */
	void *options;    /* filled by the command's table; NULL when it has none */
	int argc;
	char **argv;  /* positional arguments, "--" removed; argv[argc] NULL */
	int dashdash; /* the number of arguments before "--", or -1 */
	int code;     /* the exit code on success; 0 unless the command sets it */

	const vv_progress *progress; /* NULL: progress is not shown */
	vv_repository *repo;
	vv_pathspec paths;         /* empty without arguments */
	vv_dataset_reader *reader; /* the writer's own if there is a writer */
	vv_dataset_writer *writer;
	vv_index *index;

	/* its url, if not NULL, names the repository that the arguments are in */
	vv_url_words urls;
	vv_cached *cached; /* the local copy of the repository at urls.url */

	unsigned opened;  /* the VV_NEEDS_ flags of all open objects */
	bool unchecked;   /* VV_NEEDS_NO_PACKS */
	bool locks_index; /* VV_NEEDS_INDEX_LOCK */
	bool gets;        /* the reader fetches missing blocks */
	bool by_git;      /* the command was called by git: git may wait for it, or it for git */
	vv_on_demand *demand;
	vv_interruption found; /* the interruption that was recovered */
	vv_auto_gc gc;
	bool gc_quiet;
} vv_context;

/* Opens the requested objects that are not open yet. On failure the open ones stay. Errors as
 * vv_repository_open; VV_EUSAGE: it needs a work tree, or a path is outside of it. */
vv_status vv_context_need(vv_context *c, unsigned needs, vv_error *err);

/* Converts the arguments from number `first` on to repository-relative paths (unchanged in a
 * bare repository), NULL-ended; for paths of versions, which need not exist in the work tree.
 * The caller frees *out, also after a failure. */
vv_status vv_context_paths(char ***out, vv_context *c, int first, vv_error *err);
void vv_context_paths_free(char **paths); /* accepts NULL */

/* Notes that the command wrote a version: after everything is closed, gc runs if it is worth it.
 * A failure to find this out is not an error of the command. */
void vv_context_gc_after(vv_context *c, bool quiet);

/* Closes everything; the context may be used again. */
void vv_context_close(vv_context *c);
VV_AUTO_CLEAR(vv_context, vv_context_close)

/* Sets *out to the repository-relative path of the current folder, without a trailing '/'; "" at
 * the top and outside of the work tree. Owned by the caller. */
vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err);

#endif
