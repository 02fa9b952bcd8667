/*
 * context: opens the repository, paths, reader and other objects of a command before it runs, and
 * closes them afterwards.
 *
 * run.c opens the objects in the `needs` of a command in this order: the repository, the arguments
 * as paths, the reader or writer of datasets, Git's index. For example,
 *
 * 	.needs = VV_NEEDS_WORKTREE | VV_NEEDS_PATHS | VV_NEEDS_READER | VV_NEEDS_INDEX
 *
 * makes a command that runs only in a work tree, with paths, reader and index in its context. A
 * command calls vv_context_need itself to open objects that only some of its options need. A command
 * that also works outside of any repository has no needs, and calls vv_context_need if it wants a
 * repository. run.c closes all open objects after the command.
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

/* The objects that a command needs. */
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
	VV_NEEDS_LOCK = 1 << 7,   /* take the write lock before the index is read */
	VV_NEEDS_INDEX = 1 << 8,  /* Git's index */
	/* the command itself checks the indexes of Git's packs, before it reads any object */
	VV_NEEDS_NO_PACKS = 1 << 9,
	/* lock the index without changing it: for commands that change .gitattributes */
	VV_NEEDS_INDEX_LOCK = 1 << 10
};

/* The objects of a running command. Objects that are not open are NULL. */
typedef struct vv_context {
	const char *name; /* the command's name, for messages */
	char again[32];   /* the name with an option, for notes: "merge --abort" */
	/* the struct that the parsed options fill; NULL: the command has no options */
	void *options;
	int argc;    /* the number of elements of argv */
	char **argv; /* positional arguments without "--"; argv[argc] is NULL */
	/* all words after the command's name, as the user typed them */
	char **typed;
	int typed_count;
	int dashdash; /* the number of arguments before "--"; -1: no "--" */
	int code;     /* the exit code on success; 0 unless the command sets it */

	const vv_progress *progress; /* NULL: progress is not shown */
	vv_repository *repo;
	vv_pathspec paths; /* empty if the command has no arguments */
	/* the reader of datasets; if writer is set, writer's own reader */
	vv_dataset_reader *reader;
	vv_dataset_writer *writer;
	vv_index *index;

	/* if urls.url is not NULL, the arguments refer to the repository at this URL */
	vv_url_words urls;
	vv_cached *cached; /* the local copy of the repository at urls.url */

	unsigned opened;  /* the VV_NEEDS_ flags of all open objects */
	bool unchecked;   /* the command has VV_NEEDS_NO_PACKS */
	bool locks_index; /* the command has VV_NEEDS_INDEX_LOCK */
	bool gets;        /* the reader fetches missing blocks */
	bool dry;         /* --dry-run */
	/* --unsigned: at a URL, read HEAD and refs that no signed head lists */
	bool allow_unsigned;
	/* Git called the command, and one of the two may wait for the other */
	bool by_git;
	vv_on_demand *demand;  /* fetches missing blocks (lib/sync/on_demand.h) */
	vv_interruption found; /* the interrupted command that was finished or undone */
	vv_auto_gc gc;
	bool gc_quiet; /* as `quiet` in vv_context_gc_after */
} vv_context;

/* Opens the objects in needs, VV_NEEDS_ flags, that are not open yet. On failure, objects that are
 * already open stay open. Fails as vv_repository_open does; VV_EUSAGE: the repository has no work
 * tree, or a path is outside the work tree. */
vv_status vv_context_need(vv_context *c, unsigned needs, vv_error *err);

/* Moves versions and ranges before files: "log prices.csv v1" means "log v1 prices.csv". A word that names
 * a file stays, and so do all words if "--" was typed. The repository must be open. */
void vv_context_versions_first(vv_context *c);

/* Sets *out to the repository-relative form of the path `text`, which need not exist. The caller
 * frees *out with vv_free. VV_EUSAGE: text is a pattern, or is outside of the work tree. */
vv_status vv_context_path(char **out, vv_context *c, const char *text, vv_error *err);
/* Converts the arguments from number `first` on as vv_context_path does, and sets *out to the paths,
 * followed by NULL. The caller frees *out with vv_context_paths_free, also after a failure. */
vv_status vv_context_paths(char ***out, vv_context *c, int first, vv_error *err);
void vv_context_paths_free(char **paths); /* accepts NULL */

/* Sends stdout through the pager that Git uses for the repository r (vv_out_page). r is NULL outside
 * of any repository. */
void vv_page_for(vv_repository *r);

/* Call this after the command has written a version. Checks whether a gc is worthwhile; if so, gc
 * runs after the context is closed. Ignores failures. quiet: as in vv_auto_gc_begin. */
void vv_context_gc_after(vv_context *c, bool quiet);

/* Closes all open objects. The context may be used again. */
void vv_context_close(vv_context *c);
VV_AUTO_CLEAR(vv_context, vv_context_close)

/* Sets *out to the repository-relative path of the current folder, without a trailing '/'; "" at
 * the top and outside of the work tree. The caller frees *out with vv_free. */
vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err);

#endif
