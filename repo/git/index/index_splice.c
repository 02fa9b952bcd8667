/*
 * index_splice: the layout of index files (gitformat-index(5)) and of the cached trees in them.
 */
#include "repo/git/index/index_splice.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"

enum {
	HEAD_LEN = 12, /* "DIRC", version, number of entries */
	MTIME = 8,     /* where in an entry what stands */
	DEV = 16,
	SIZE = 36,
	ID = 40,
	FLAGS = 60,
	PATH = 62,     /* 64 where FLAG_EXTENDED */
	EXTENSION = 8, /* name and length before its bytes */
};

#define FLAG_EXTENDED 0x4000u
#define FLAG_STAGE 0x3000u
#define FLAG_NAME 0x0fffu /* the name's length, or this where it is longer */

static unsigned be16(const char *p)
{
	return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

/* --- reading ----------------------------------------------------------------------- */

static size_t path_offset(const char *entry)
{
	return be16(entry + FLAGS) & FLAG_EXTENDED ? PATH + 2 : PATH;
}

static const char *path_of(const vv_index_splice *s, size_t i)
{
	const char *entry = s->bytes->data + s->entries[i].at;

	return entry + path_offset(entry);
}

static bool is_sum_right(const vv_buf *bytes)
{
	const size_t body = bytes->len - VV_SHA1_LEN;
	uint8_t sum[VV_SHA1_LEN];
	return vv_sha1(sum, NULL, 0, bytes->data, body, NULL) == VV_OK &&
	       memcmp(sum, bytes->data + body, sizeof(sum)) == 0;
}

/* One entry at `at`, before `end`; false: it is not sound, or one of a conflict. */
static bool read_entry(vv_index_splice *s, size_t at, size_t end, unsigned version,
		       vv_index_place *out)
{
	const char *entry = s->bytes->data + at;
	size_t name = PATH;

	if (end - at < PATH + 2) return false;
	unsigned flags = be16(entry + FLAGS);
	name = path_offset(entry);
	if ((flags & FLAG_STAGE) || (name > PATH && version < 3)) return false;
	size_t len = strnlen(entry + name, end - at - name);
	*out = (vv_index_place){at, (name + len + 8) & ~(size_t)7, len};
	return len > 0 && (flags & FLAG_NAME) == (len < FLAG_NAME ? len : FLAG_NAME) &&
	       out->len <= end - at;
}

/* Extensions that may be left out begin with a capital; of them the trees stay, as libgit2 keeps
 * them. What a conflict left is libgit2's. */
static bool read_extensions(vv_index_splice *s, size_t at, size_t end)
{
	while (at < end) {
		const char *name = s->bytes->data + at;
		size_t len;

		if (end - at < EXTENSION || name[0] < 'A' || name[0] > 'Z' ||
		    (len = vv_get_be32(name + 4)) > end - at - EXTENSION ||
		    memcmp(name, "REUC", 4) == 0 || memcmp(name, "NAME", 4) == 0) {
			return false;
		}
		if (memcmp(name, "TREE", 4) == 0) {
			s->tree = at + EXTENSION;
			s->tree_len = len;
		}
		at += EXTENSION + len;
	}
	return true;
}

vv_status vv_index_splice_read(vv_index_splice *out, vv_buf *bytes, bool checked, vv_error *err)
{
	const size_t end = bytes->len < HEAD_LEN + VV_SHA1_LEN ? 0 : bytes->len - VV_SHA1_LEN;
	size_t at = HEAD_LEN;

	*out = (vv_index_splice){.bytes = bytes};
	if (end == 0 || memcmp(bytes->data, "DIRC", 4) != 0) return VV_OK;
	uint32_t version = vv_get_be32(bytes->data + 4);
	uint32_t count = vv_get_be32(bytes->data + 8);
	if ((version != 2 && version != 3) || count > (end - HEAD_LEN) / PATH ||
	    (!checked && !is_sum_right(bytes))) {
		return VV_OK;
	}
	if (!vv_array_room_for(out->entries, out->count, out->cap, (size_t)count)) {
		return vv_fail_nomem(err);
	}
	for (; out->count < count; out->count++) {
		if (!read_entry(out, at, end, version, &out->entries[out->count]) ||
		    (out->count > 0 &&
		     strcmp(path_of(out, out->count - 1), path_of(out, out->count)) >= 0)) {
			return VV_OK;
		}
		at += out->entries[out->count].len;
	}
	out->sound = read_extensions(out, at, end);
	return VV_OK;
}

void vv_index_splice_clear(vv_index_splice *s)
{
	vv_free(s->entries);
	memset(s, 0, sizeof(*s));
}

void vv_index_splice_at(const vv_index_splice *s, size_t i, git_index_entry *out)
{
	const char *entry = s->bytes->data + s->entries[i].at;

	*out = (git_index_entry){.ctime.seconds = (int32_t)vv_get_be32(entry)};
	out->ctime.nanoseconds = vv_get_be32(entry + 4);
	out->mtime.seconds = (int32_t)vv_get_be32(entry + MTIME);
	out->mtime.nanoseconds = vv_get_be32(entry + MTIME + 4);
	out->dev = vv_get_be32(entry + DEV);
	out->ino = vv_get_be32(entry + DEV + 4);
	out->mode = vv_get_be32(entry + DEV + 8);
	out->uid = vv_get_be32(entry + DEV + 12);
	out->gid = vv_get_be32(entry + DEV + 16);
	out->file_size = vv_get_be32(entry + SIZE);
	memcpy(out->id.id, entry + ID, sizeof(out->id.id));
	out->path = path_of(s, i);
}

void vv_index_splice_unsettle(vv_index_splice *s, size_t i)
{
	memset(s->bytes->data + s->entries[i].at + SIZE, 0, 4);
}

void vv_index_splice_changed(vv_index_splice *s, size_t i, int64_t sec, uint32_t nsec)
{
	uint8_t *entry = (uint8_t *)s->bytes->data + s->entries[i].at;

	vv_put_be32(entry, (uint32_t)sec);
	vv_put_be32(entry + 4, nsec);
}

/* --- edits ------------------------------------------------------------------------- */

/* The last edit of each path, by path. */
typedef struct edit_list {
	const vv_index_edit **items;
	size_t count;
} edit_list;

static int by_path_then_place(const void *a, const void *b)
{
	const vv_index_edit *x = *(const vv_index_edit *const *)a;
	const vv_index_edit *y = *(const vv_index_edit *const *)b;
	int order = strcmp(x->path, y->path);

	return order != 0 ? order : x < y ? -1 : x > y;
}

/* The last ones; *plain false where one is a side of a conflict. */
static vv_status sort_edits(edit_list *out, const vv_index_edit *edits, size_t count, bool *plain,
			    vv_error *err)
{
	size_t kept = 0;

	*plain = true;
	out->count = 0;
	out->items = vv_calloc(count + 1, sizeof(*out->items));
	if (!out->items) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		out->items[i] = &edits[i];
		*plain = *plain && GIT_INDEX_ENTRY_STAGE(&edits[i].entry) == 0;
	}
	if (count > 1) {
		qsort(out->items, count, sizeof(*out->items), by_path_then_place);
	}
	for (size_t i = 0; i < count; i++) {
		if (i + 1 == count || strcmp(out->items[i]->path, out->items[i + 1]->path) != 0) {
			out->items[kept++] = out->items[i];
		}
	}
	out->count = kept;
	return VV_OK;
}

/* The first of count sorted paths, as path_at tells them, that does not come before path. */
static size_t first_from(size_t count, const char *(*path_at)(const void *of, size_t i),
			 const void *of, const char *path)
{
	return vv_first_place(i, count, strcmp(path_at(of, i), path) < 0);
}

static const char *edit_path(const void *of, size_t i)
{
	return ((const edit_list *)of)->items[i]->path;
}

static const char *entry_path(const void *of, size_t i)
{
	return path_of(of, i);
}

static size_t first_edit_from(const edit_list *list, const char *path)
{
	return first_from(list->count, edit_path, list, path);
}

/* Where path stands in the index, or would. */
static size_t first_entry_from(const vv_index_splice *s, const char *path)
{
	return first_from(s->count, entry_path, s, path);
}

static bool is_entry(const vv_index_splice *s, const char *path)
{
	size_t i = first_entry_from(s, path);

	return i < s->count && strcmp(path_of(s, i), path) == 0;
}

static bool is_edit(const edit_list *list, const char *path)
{
	size_t i = first_edit_from(list, path);

	return i < list->count && strcmp(list->items[i]->path, path) == 0;
}

/* Does something lie in path, taken as a folder (with '/' at its end)? */
static bool is_folder(const vv_index_splice *s, const edit_list *list, const char *folder)
{
	const size_t len = strlen(folder);
	size_t entry = first_entry_from(s, folder), edit = first_edit_from(list, folder);

	return (entry < s->count && strncmp(path_of(s, entry), folder, len) == 0) ||
	       (edit < list->count && strncmp(list->items[edit]->path, folder, len) == 0);
}

/* Could a new path be a folder of another, or lie in one? More is refused than must be: what is
 * taken out in the same go counts as there. */
static vv_status is_in_the_way(const vv_index_splice *s, const edit_list *list, const char *path,
			       bool *out, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	*out = false;
	vv_buf_printf(&text, "%s/", path);
	if ((rc = vv_buf_ok(&text, err)) == VV_OK) {
		*out = is_folder(s, list, vv_buf_cstr(&text));
		for (size_t at = text.len - 1; at > 0 && !*out; at--) {
			if (path[at] == '/') {
				text.data[at] = '\0';
				*out = is_entry(s, text.data) || is_edit(list, text.data);
			}
		}
	}
	return rc;
}

/* Does no edit, also one that a later one takes back, put a file where a folder is or the other way
 * round? That takes out what was there, which is libgit2's to do. */
static vv_status fit(const vv_index_splice *s, const edit_list *list, const vv_index_edit *edits,
		     size_t count, bool *out, vv_error *err)
{
	vv_status rc = VV_OK;
	bool blocked = false;

	for (size_t i = 0; i < count && rc == VV_OK && !blocked; i++) {
		if (!edits[i].remove && !is_entry(s, edits[i].path)) {
			rc = is_in_the_way(s, list, edits[i].path, &blocked, err);
		}
	}
	*out = !blocked;
	return rc;
}

/* --- trees ------------------------------------------------------------------------- */

/* A folder of the cached trees whose children are being read. */
typedef struct tree_level {
	unsigned long left;
	size_t prefix; /* length of its path with '/' */
} tree_level;

typedef struct tree_levels {
	tree_level *items;
	size_t count, cap;
} tree_levels;

/* The numbers of a node, after its name; where they end, or NULL. */
static const char *read_counts(const char *p, const char *end, bool *known, unsigned long *subtrees)
{
	const char *line = memchr(p, '\n', (size_t)(end - p));
	char text[40], *stop;

	if (!line || (size_t)(line - p) >= sizeof(text)) return NULL;
	memcpy(text, p, (size_t)(line - p));
	text[line - p] = '\0';
	long entries = strtol(text, &stop, 10);
	if (stop == text || *stop != ' ' || stop[1] < '0' || stop[1] > '9') return NULL;
	*known = entries >= 0;
	*subtrees = strtoul(stop + 1, &stop, 10);
	return *stop == '\0' ? line + 1 : NULL;
}

/* Each node: its name, "ENTRIES FOLDERS" (-1 of one that was changed), and its tree's id; the first one is of all. */
bool vv_index_splice_is_tree(const vv_index_splice *s, vv_repository *r, const git_oid *tree)
{
	const char *const begin = s->bytes->data + s->tree, *const end = begin + s->tree_len;
	const char *p = begin;
	unsigned long folders;
	git_oid id;
	bool known;

	while (s->sound && p < end) {
		const char *name = memchr(p, '\0', (size_t)(end - p));
		const char *at = name ? read_counts(name + 1, end, &known, &folders) : NULL;

		if (!at || !known || end - at < (ptrdiff_t)sizeof(id.id)) return false;
		memcpy(id.id, at, sizeof(id.id));
		if (p == begin && !git_oid_equal(&id, tree)) return false;
		if (!vv_object_is_here(r, &id)) return false;
		p = at + sizeof(id.id);
	}
	return p > begin;
}

static bool is_edited_below(const edit_list *list, const char *folder, size_t len)
{
	size_t i = first_edit_from(list, folder);

	return i < list->count && strncmp(list->items[i]->path, folder, len) == 0;
}

/* Appends one node, without its tree's id where an edit lies in it; *p moves behind it. */
static bool put_node(vv_buf *out, const edit_list *list, vv_buf *path, const char **p,
		     const char *end, tree_level *made)
{
	const char *name = *p, *at = memchr(name, '\0', (size_t)(end - name)), *counts;
	bool known;

	if (!at || !(at = read_counts(counts = at + 1, end, &known, &made->left)) ||
	    (known && end - at < (ptrdiff_t)sizeof(((git_oid *)0)->id))) {
		return false;
	}
	vv_buf_puts(path, name);
	if (path->len > 0) {
		vv_buf_putc(path, '/');
	}
	made->prefix = path->len;
	vv_buf_put(out, name, strlen(name) + 1);
	if (known && is_edited_below(list, vv_buf_cstr(path), path->len)) {
		vv_buf_printf(out, "-1 %lu\n", made->left);
	} else {
		vv_buf_put(out, counts, (size_t)(at - counts));
		vv_buf_put(out, at, known ? sizeof(((git_oid *)0)->id) : 0);
	}
	*p = at + (known ? sizeof(((git_oid *)0)->id) : 0);
	return true;
}

/* Appends the trees; *sound false where they are not. */
static vv_status put_trees(vv_buf *out, const vv_index_splice *s, const edit_list *list,
			   bool *sound, vv_error *err)
{
	const char *p = s->bytes->data + s->tree, *end = p + s->tree_len;
	tree_levels levels = {0};
	vv_auto(vv_buf) path = VV_BUF_INIT;
	vv_status rc = VV_OK;

	*sound = true;
	do {
		tree_level made;

		if (!vv_array_room(levels.items, levels.count, levels.cap)) {
			rc = vv_fail_nomem(err);
			break;
		}
		if (!(*sound = put_node(out, list, &path, &p, end, &made))) {
			break;
		}
		if ((rc = vv_buf_ok(&path, err)) < 0) {
			break;
		}
		levels.items[levels.count++] = made;
		while (levels.count > 0 && levels.items[levels.count - 1].left == 0) {
			levels.count--;
		}
		if (levels.count > 0) {
			levels.items[levels.count - 1].left--;
			path.len = levels.items[levels.count - 1].prefix;
		}
	} while (levels.count > 0);
	*sound = *sound && p == end;
	vv_free(levels.items);
	return rc;
}

/* --- writing ----------------------------------------------------------------------- */

static void put_entry(vv_buf *out, const vv_index_edit *edit)
{
	static const char padding[8] = {0};
	const git_index_entry *e = &edit->entry;
	const size_t len = strlen(edit->path);
	const unsigned flags = len < FLAG_NAME ? (unsigned)len : FLAG_NAME;
	const char flag_bytes[2] = {(char)(flags >> 8), (char)flags};

	vv_buf_put_be32(out, (uint32_t)e->ctime.seconds);
	vv_buf_put_be32(out, e->ctime.nanoseconds);
	vv_buf_put_be32(out, (uint32_t)e->mtime.seconds);
	vv_buf_put_be32(out, e->mtime.nanoseconds);
	vv_buf_put_be32(out, e->dev);
	vv_buf_put_be32(out, e->ino);
	vv_buf_put_be32(out, e->mode);
	vv_buf_put_be32(out, e->uid);
	vv_buf_put_be32(out, e->gid);
	vv_buf_put_be32(out, e->file_size);
	vv_buf_put(out, e->id.id, sizeof(e->id.id));
	vv_buf_put(out, flag_bytes, sizeof(flag_bytes));
	vv_buf_put(out, edit->path, len);
	vv_buf_put(out, padding, ((PATH + len + 8) & ~(size_t)7) - PATH - len);
}

/* Old entries and edits in one order. *count: how many there are in all. */
static void put_entries(vv_buf *out, const vv_index_splice *s, const edit_list *list,
			uint32_t *count)
{
	size_t from = 0; /* entries from here on are not written yet */

	*count = 0;
	for (size_t i = 0; i <= list->count; i++) {
		const vv_index_edit *edit = i < list->count ? list->items[i] : NULL;
		size_t to = edit ? first_entry_from(s, edit->path) : s->count;
		bool there = edit && to < s->count && strcmp(path_of(s, to), edit->path) == 0;

		if (from < to) {
			vv_buf_put(out, s->bytes->data + s->entries[from].at,
				   s->entries[to - 1].at + s->entries[to - 1].len -
					   s->entries[from].at);
			*count += (uint32_t)(to - from);
		}
		from = to + there;
		if (edit && !edit->remove) {
			put_entry(out, edit);
			++*count;
		}
	}
}

vv_status vv_index_splice_write(const vv_index_splice *s, const vv_index_edit *edits, size_t count,
				vv_buf *out, bool *done, vv_error *err)
{
	edit_list list;
	uint32_t entries = 0;
	size_t trees;
	vv_status rc;

	assert(s->sound);
	if ((rc = sort_edits(&list, edits, count, done, err)) < 0 || !*done) {
		goto done;
	}
	if ((rc = fit(s, &list, edits, count, done, err)) < 0 || !*done) {
		goto done;
	}
	vv_buf_put(out, s->bytes->data, HEAD_LEN);
	put_entries(out, s, &list, &entries);
	if (s->tree_len > 0) {
		vv_buf_puts(out, "TREE");
		vv_buf_put_be32(out, 0);
		trees = out->len;
		if ((rc = put_trees(out, s, &list, done, err)) < 0 || !*done) {
			goto done;
		}
		if ((rc = vv_buf_ok(out, err)) < 0) {
			goto done;
		}
		vv_put_be32((uint8_t *)out->data + trees - 4, (uint32_t)(out->len - trees));
	}
	if ((rc = vv_buf_ok(out, err)) == VV_OK) {
		vv_put_be32((uint8_t *)out->data + 8, entries);
		rc = vv_buf_put_sha1(out, err);
	}
done:
	if (!*done) {
		vv_buf_reset(out);
	}
	vv_free(list.items);
	return rc;
}
