/*
 * filter: the clean and smudge filters for Git: converts the bytes of a dataset to a pointer, and
 * back.
 */
#ifndef VV_LIB_WORKTREE_FILTER_H
#define VV_LIB_WORKTREE_FILTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash_index.h"
#include "dataset/table/bytes.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/repository.h"

#define VV_SMUDGE_LIMIT (256u << 20) /* the limit if varve.smudgeLimit is not set */

/* One value = one filter process. */
typedef struct vv_filter {
	vv_repository *repo;       /* owned */
	vv_dataset_writer *writer; /* owned */
	/* size limit in bytes of the data that smudge writes: varve.smudgeLimit, or less */
	uint64_t smudge_limit;
	/* smudge_limit is less because the varve command that runs git writes larger files */
	bool by_varve;
	/* the words of git (caller.h): git makes a patch, so that pointers pass unchanged; it passes
	 * the file to another program, so that a pointer in its place is an error; or the content to
	 * clean is the output of textconv, and is passed on unchanged; or text that the index has is
	 * to become a pointer (git add --renormalize) */
	bool makes_patch, hands_out, cleans_text, renormalizes;
	struct vv_needed *needed; /* fetches missing versions; NULL until one was needed */
	bool waits_later;         /* wait for the disk only in vv_filter_wait */
	/* lines of VV_ATTR_TEXT_LINES; set when the first pointer was returned */
	vv_attr_list lines;
	vv_buf warned; /* path and text of the last report */
	/* for each path, the version that vv_filter_bytes last passed to git, and an index by the
	 * hash of the path */
	struct written_file *written;
	size_t written_count, written_cap;
	vv_hash_index written_index;
} vv_filter;

/* Opens the filter *f for the repository of the current folder. notes receives warnings, and the
 * reasons why pointers were passed on unchanged. Call vv_filter_close also after a failure. */
vv_status vv_filter_open(vv_filter *f, const vv_env *env, const vv_notes *notes, vv_error *err);
void vv_filter_close(vv_filter *f);
VV_AUTO_CLEAR(vv_filter, vv_filter_close)
/* Releases locks for which other processes may wait. Call this while git sends no request. */
void vv_filter_rest(vv_filter *f);
/* Waits until all stored blocks are durable. Required if f->waits_later is set. */
vv_status vv_filter_wait(vv_filter *f, vv_error *err);

/* Sets *out to true if git stores the filter's output, which is the case if git has locked the
 * index; else to false. git diff and git blame run the filter without locking the index. */
vv_status vv_filter_stores(const vv_filter *f, bool *out, vv_error *err);

/* Reads at most len bytes from a stream into buf, as vv_source.read does. */
typedef ssize_t (*vv_filter_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

/* Reads the content of the file `path` with `read`, stores its blocks, and appends its pointer to
 * out. If the content is the data that vv_filter_bytes last passed to git for `path`, appends the
 * pointer of that version, even if an import would give another one, unless another version was
 * staged meanwhile. The blocks are then durable, or, if f->waits_later is set, only visible to
 * other processes. The content is appended unchanged if it is a pointer that the index or HEAD has
 * for this path, or whose blocks are all here; if it is text, and the index and the file have the
 * same, unless git renormalizes; if it is the output of textconv; or if the file can never be a
 * dataset (datapackage.json, .git*, or a name that no table may have).
 * VV_EMISSING: the content is a pointer whose blocks are missing here. VV_EREFUSED: the content is
 * a pointer that does not match its root, the file still has the conflict that a merge left, or an
 * attribute makes Git convert the pointer. */
vv_status vv_filter_clean(vv_filter *f, const char *path, vv_filter_read_fn read, void *payload,
			  vv_buf *out, vv_error *err);

/* One value = one blob that is smudged. */
typedef struct vv_smudge {
	vv_buf content;   /* content of the blob, which Git also has in memory */
	vv_cid root;      /* root in the pointer */
	bool materialise; /* write the data of root, not the content of the blob */
} vv_smudge;
/* Reads the whole blob for `path` with `read` into out->content. Sets out->materialise to true if
 * the blob is a pointer whose data is small enough, and is stored here or can be fetched;
 * vv_filter_bytes then passes the data to fn. Otherwise vv_filter_bytes passes the blob itself; if
 * the blob is a pointer, the reason is sent to the listener, unless varve itself runs git and
 * writes the table later. */
vv_status vv_filter_smudge(vv_filter *f, const char *path, vv_filter_read_fn read, void *payload,
			   vv_smudge *out, vv_error *err);
/* Passes the bytes of the file `path` to fn: the data of s->root, or s->content. */
vv_status vv_filter_bytes(vv_filter *f, const char *path, const vv_smudge *s, vv_bytes_fn fn,
			  void *payload, vv_error *err);
void vv_smudge_clear(vv_smudge *s);
VV_AUTO_CLEAR(vv_smudge, vv_smudge_clear)

#endif
