/*
 * index_splice: changes put into the bytes of Git's index, entry by entry, without reading all
 * others into memory of their own and writing them anew.
 *
 * It takes versions 2 and 3 (gitformat-index(5)) without conflicts; for anything else, and for what is not
 * sound, the caller goes to libgit2, which also has the words for it.
 *
 *	rc = vv_index_splice_read(&s, &bytes, sound_already, err);
 *	if (rc == VV_OK && s.sound) {
 *		... vv_index_splice_at(&s, i, &entry), vv_index_splice_unsettle(&s, i) ...
 *		rc = vv_index_splice_write(&s, edits, edit_count, &out, &done, err);
 *	}
 *	vv_index_splice_clear(&s);
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_SPLICE_H
#define VV_REPO_GIT_INDEX_INDEX_SPLICE_H

#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/repository_internal.h"

#define VV_INDEX_BYTES_MAX ((size_t)4 << 30)

/* One change: a path's entry set, or taken out. */
typedef struct vv_index_edit {
	char *path;
	bool remove;
	bool gone;             /* removed since the work tree has no such file */
	git_index_entry entry; /* path: the one above */
	uint32_t size;         /* of the file, also where entry.file_size is 0 for raciness */
	bool young;            /* the file may have been written again in the same tick */
} vv_index_edit;

typedef struct vv_index_place {
	size_t at, len; /* of the entry's bytes, with what pads it */
	size_t path_len;
} vv_index_place;

typedef struct vv_index_splice {
	vv_buf *bytes; /* borrowed */
	bool sound;
	vv_index_place *entries; /* in the index's order */
	size_t count, cap;
	size_t tree, tree_len; /* the extension of cached trees; 0 where there is none */
} vv_index_splice;

/* checked: the SHA-1 at the end is known to be right. */
vv_status vv_index_splice_read(vv_index_splice *out, vv_buf *bytes, bool checked, vv_error *err);
void vv_index_splice_clear(vv_index_splice *s);
VV_AUTO_CLEAR(vv_index_splice, vv_index_splice_clear)

/* The entry's path, stat, mode and id; the path is borrowed from the bytes. */
void vv_index_splice_at(const vv_index_splice *s, size_t i, git_index_entry *out);
/* Its size becomes 0: Git compares its file. */
void vv_index_splice_unsettle(vv_index_splice *s, size_t i);
/* It keeps the time of its file's last change, and only that: the file was moved. */
void vv_index_splice_changed(vv_index_splice *s, size_t i, int64_t sec, uint32_t nsec);

/* Do all entries make this tree, as Git noted it, and are all trees below it here, too? False: it has no note, entries
 * changed since, or a tree is lost. */
bool vv_index_splice_is_tree(const vv_index_splice *s, vv_repository *r, const git_oid *tree);

/* The whole index with the edits. *done false, with nothing written: an edit makes a conflict, or a
 * file of a folder, or a folder of a file. */
vv_status vv_index_splice_write(const vv_index_splice *s, const vv_index_edit *edits, size_t count,
				vv_buf *out, bool *done, vv_error *err);

#endif
