/*
 * filter: Git's clean and smudge filters for a dataset: bytes to pointer, and back.
 */
#ifndef VV_LIB_WORKTREE_FILTER_H
#define VV_LIB_WORKTREE_FILTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/repository.h"

#define VV_SMUDGE_LIMIT (256u << 20) /* if varve.smudgeLimit is not set */

typedef struct vv_filter {
	vv_repository *repo;
	vv_dataset_writer *writer;
	uint64_t smudge_limit;    /* bytes: varve.smudgeLimit, or less */
	bool by_varve;            /* less: the varve command that runs git writes larger files */
	struct vv_needed *needed; /* NULL until blocks are missing here */
	bool waits_later;         /* the disk is waited for only in vv_filter_wait */
	vv_attr_list lines;       /* vv_attr_beaten_read's, once a pointer was given */
	vv_buf warned;            /* path and text of the last report */
} vv_filter;

/* notes: receives warnings, and the reasons why pointers passed unchanged. */
vv_status vv_filter_open(vv_filter *f, const vv_env *env, const vv_notes *notes, vv_error *err);
void vv_filter_close(vv_filter *f);
VV_AUTO_CLEAR(vv_filter, vv_filter_close)
/* Call this while Git has no request: releases locks that other processes could wait for. */
void vv_filter_rest(vv_filter *f);
/* With waits_later: waits until all stored blocks are durable. */
vv_status vv_filter_wait(vv_filter *f, vv_error *err);

/* Does git store the filter's output? If so, git has locked the index; git diff and git blame run the filter without
 * locking it. */
vv_status vv_filter_stores(const vv_filter *f, bool *out, vv_error *err);

/* A stream to read, as vv_source.read. */
typedef ssize_t (*vv_filter_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

/* Appends the pointer to out; its blocks are then durable, or with waits_later visible. A pointer of this
 * repository passes unchanged; so does the content of files that are never datasets (datapackage.json, .git*). */
vv_status vv_filter_clean(vv_filter *f, const char *path, vv_filter_read_fn read, void *payload,
			  vv_buf *out, vv_error *err);

/* Reads all of the blob, then decides: *materialise true: content is a pointer whose data is stored
 * here and small enough; vv_filter_bytes returns it. Else content passes unchanged, with a note of
 * the reason for a pointer. */
typedef struct vv_smudge {
	vv_buf content; /* of the blob; it fits into memory, as Git itself has it there */
	vv_cid root;
	bool materialise;
} vv_smudge;
vv_status vv_filter_smudge(vv_filter *f, const char *path, vv_filter_read_fn read, void *payload,
			   vv_smudge *out, vv_error *err);
vv_status vv_filter_bytes(vv_filter *f, const char *path, const vv_smudge *s, vv_bytes_fn fn,
			  void *payload, vv_error *err);
void vv_smudge_clear(vv_smudge *s);
VV_AUTO_CLEAR(vv_smudge, vv_smudge_clear)

#endif
