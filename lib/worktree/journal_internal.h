/*
 * journal_internal: declarations that writing, reading and repairing share.
 */
#ifndef VV_LIB_WORKTREE_JOURNAL_INTERNAL_H
#define VV_LIB_WORKTREE_JOURNAL_INTERNAL_H

#include "base/arena.h"
#include "base/auto.h"
#include "lib/worktree/journal.h"
#include "repo/git/history/refs.h"

enum { VV_JOURNAL_VERSION = 1 };

/* Where it lies: <gitdir>/varve/journal/log, beside it the files that are kept, "kept-1" ... */
#define VV_JOURNAL_FOLDER "journal"
#define VV_JOURNAL_LOG "log"
#define VV_JOURNAL_LOCK "journal.lock"

/* What a file is, without reading it: type, size, time, inode. "" when there is none. */
enum { VV_IDENTITY_MAX = 120 };
void vv_journal_identity(char out[VV_IDENTITY_MAX], const vv_stat *st);
/* Of a repository-relative path; a folder counts as nothing unless folders. */
void vv_journal_identity_at(char out[VV_IDENTITY_MAX], const vv_repository *r, const char *path,
			    bool folders);

/* A file that the command put at a path, or was about to. */
typedef struct vv_journal_put {
	const char *identity;
	struct vv_journal_put *next;
} vv_journal_put;

typedef struct vv_journal_entry {
	vv_journal_change change; /* its texts in the journal's arena */
	const char *was;          /* identity before */
	uint64_t kept;            /* number of the kept file; 0: none */
	vv_index_side sides[4];   /* of the index before, by stage; mode 0: none */
	vv_journal_put *puts;
} vv_journal_entry;

typedef struct vv_journal_pair {
	const char *name, *value;
	uint64_t kept;
} vv_journal_pair;

/* A journal as it was read. */
typedef struct vv_journal_log {
	vv_arena arena;
	vv_journal_options opts;
	uint64_t pid;
	vv_head old;
	vv_journal_entry *entries; /* sorted by path */
	size_t entry_count, entry_cap;
	vv_journal_pair *files;
	size_t file_count, file_cap;
	bool ready;   /* the list of what changes is whole */
	bool damaged; /* in its middle, or cut off before it was ready */
} vv_journal_log;

/* VV_ENOTFOUND: there is none, or nothing of it was written. VV_ENOSUPPORT: a newer one.
 * VV_ECORRUPT: its first line cannot be read. To be cleared in every case. */
vv_status vv_journal_read(vv_journal_log *out, vv_repository *r, vv_error *err);
void vv_journal_log_clear(vv_journal_log *l);
VV_AUTO_CLEAR(vv_journal_log, vv_journal_log_clear)

/* The journal's folder, or a file in it (NULL: the folder); owned. NULL: no memory. */
char *vv_journal_place(const vv_repository *r, const char *name);
/* "kept-7" */
char *vv_journal_kept_place(const vv_repository *r, uint64_t number);
/* Gives the file another name, or copies it where that cannot be. What is at `to` goes. */
vv_status vv_journal_keep_file(const char *from, const char *to, vv_error *err);
/* Takes the journal away, its log first. durable: it must not be there after a power cut. */
vv_status vv_journal_drop(vv_repository *r, bool durable, vv_error *err);

/* With the lock held: does what vv_journal_recover says, for the command `asked` (NULL: some other). failed: the command itself failed just now, so where HEAD
 * has moved others did it, and what they did not commit is undone all the same; only what stays is said. Where it fails,
 * found->undone says whether it was undoing. */
vv_status vv_journal_put_right(vv_repository *r, bool failed, vv_journal_found *found,
			       vv_error *err);

#endif
