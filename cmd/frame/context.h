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
 * objects that only some options need; the frame closes these, too. A command for use outside of
 * any repository has no needs, and tries.
 */
#ifndef VV_CMD_FRAME_CONTEXT_H
#define VV_CMD_FRAME_CONTEXT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "cmd/frame/url_words.h"
#include "dataset/table/dataset_reader.h"
#include "dataset/table/dataset_writer.h"
#include "lib/clone/cached.h"
#include "lib/names/pathspec.h"
#include "lib/space/auto_gc.h"
#include "lib/sync/on_demand.h"
#include "lib/worktree/put_right.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

enum {
	VV_NEEDS_PROGRESS = 1 << 0,   /* a bar while the parts below work */
	VV_NEEDS_REPOSITORY = 1 << 1, /* that the current folder is in; all below need it, too */
	VV_NEEDS_WORKTREE = 1 << 2,   /* and it is not bare */
	VV_NEEDS_RIGHT = 1 << 3,  /* and finishes or undoes an interrupted command in it: for all
				   * that change index or files */
	VV_NEEDS_PATHS = 1 << 4,  /* the words are paths of its work tree */
	VV_NEEDS_WRITER = 1 << 5, /* datasets are read and written */
	VV_NEEDS_READER = 1 << 6, /* datasets are read */
	VV_NEEDS_LOCK = 1 << 7,   /* and locks out other writers, before the index is read */
	VV_NEEDS_INDEX = 1 << 8,
	/* Indexes of Git's packs may be damaged: it looks at them before it reads anything. */
	VV_NEEDS_NO_PACKS = 1 << 9,
	/* the index, unchanged: for commands that change .gitattributes */
	VV_NEEDS_INDEX_LOCK = 1 << 10
};

typedef struct vv_context {
	const char *name; /* of the command, for messages */
	char again[32];   /* with its option, as notes name it: "merge --abort" */
	void *options;    /* filled by the command's table; NULL when it has none */
	int argc;
	char **argv;  /* positional arguments, "--" removed; argv[argc] NULL */
	int dashdash; /* the number of arguments before "--", or -1 */
	int code;     /* the exit code on success; 0 unless the command sets it */

	const vv_progress *progress; /* NULL: not shown */
	vv_repository *repo;
	vv_pathspec paths;         /* none without words */
	vv_dataset_reader *reader; /* the writer's own if there is a writer */
	vv_dataset_writer *writer;
	vv_index *index;

	vv_url_words urls; /* its url: the words are of that repository */
	vv_cached *cached; /* which is opened here */

	unsigned opened;  /* the VV_NEEDS_ that are met */
	bool unchecked;   /* VV_NEEDS_NO_PACKS */
	bool locks_index; /* VV_NEEDS_INDEX_LOCK */
	bool gets;        /* the reader fetches missing blocks */
	bool by_git;      /* git calls it, and may wait for it, or it for git */
	vv_on_demand *demand;
	vv_interruption found; /* the interruption that was recovered */
	vv_auto_gc gc;
	bool gc_quiet;
} vv_context;

/* Opens the requested objects that are not open yet. On failure the open ones stay. Errors as
 * vv_repository_open; VV_EUSAGE: it needs a work tree, or a path is outside of it. */
vv_status vv_context_need(vv_context *c, unsigned needs, vv_error *err);

/* Converts the words from number `first` on to paths of the repository (unchanged in a bare one),
 * NULL-ended; for versions, which need not be in the work tree. Free, on failure too. */
vv_status vv_context_paths(char ***out, vv_context *c, int first, vv_error *err);
void vv_context_paths_free(char **paths); /* accepts NULL */

/* The command wrote a version: when all is closed, a gc runs by itself if it is worth it. That
 * this cannot be known is not a fault of the command. */
void vv_context_gc_after(vv_context *c, bool quiet);

/* Closes everything; the context may be used again. */
void vv_context_close(vv_context *c);
VV_AUTO_CLEAR(vv_context, vv_context_close)

/* The current folder, repository-relative, with no '/' after; "" at the top and when
 * it is outside. Owned by the caller. */
vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err);

#endif
