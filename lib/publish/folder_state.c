/*
 * folder_state: reads and writes lines, and removes files listed as gone.
 */
#include "lib/publish/folder_state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/remote_folder.h"

#define FIRST "varve folder 1\n"
#define STATE_MAX ((size_t)64 << 20)

void vv_folder_state_clear(vv_folder_state *s)
{
	vv_arena_clear(&s->arena);
	vv_free_all(s->packs.items, s->files.items, s->gone.items, s->held.items);
	memset(s, 0, sizeof(*s));
}

vv_folder_item *vv_folder_items_add(vv_folder_state *s, vv_folder_items *to, const char *name,
				    uint64_t number)
{
	const char *copy = vv_arena_strndup(&s->arena, name, strlen(name));

	return copy && vv_array_add(to->items, to->count, to->cap,
				    (vv_folder_item){.name = copy, .number = number})
		       ? &to->items[to->count - 1]
		       : NULL;
}

vv_folder_item *vv_folder_items_find(const vv_folder_items *in, const char *name)
{
	return vv_array_find(in->items, in->count, it, strcmp(it->name, name) == 0);
}

/* "<kind> [<blob> ]<number> <name>", of a name that stays in the folder. last: the item of the line before, or NULL. */
static bool read_line(vv_folder_state *s, vv_folder_item **last, char *line)
{
	static const char *const kinds[] = {"pack ", "file ", "gone ", "held ", "hash "};
	vv_folder_items *const to[] = {&s->packs, &s->files, &s->gone, &s->held, NULL};
	vv_oid blob = {{0}};
	uint64_t number;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(line, kinds[i], 5) != 0) {
			continue;
		}
		line += 5;
		if (i == 1) {
			if (strlen(line) < VV_OID_TEXT + 1 || line[VV_OID_TEXT] != ' ' ||
			    !vv_oid_parse(&blob, line, VV_OID_TEXT)) {
				return false;
			}
			line += VV_OID_TEXT + 1;
		}
		const size_t len = strcspn(line, " ");
		const char *name = line + len + 1;
		if (!line[len] || !vv_parse_u64(&number, line, len) ||
		    vv_path_check(name, VV_IGNORED) < 0) {
			return false;
		}
		if (to[i]) {
			*last = vv_folder_items_add(s, to[i], name, number);
		} else if (*last && strcmp((*last)->name, name) == 0) {
			(*last)->hash = number;
		} else {
			return false;
		}
		if (*last && to[i]) {
			(*last)->blob = blob;
		}
		return *last != NULL;
	}
	return false;
}

/* Fails unless the folder is empty, except for own files. */
static vv_status check_empty(const char *dir, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strcmp(f.name, VV_FOLDER_LOCK) != 0 &&
		    strncmp(f.name, VV_WRITE_TEMP, strlen(VV_WRITE_TEMP)) != 0) {
			return vv_fail(err, VV_EREFUSED,
				       "'%s' is not empty, and was not published by varve\nuse a "
				       "new folder, or a new folder inside this one",
				       vv_text_shows(dir));
		}
	}
	return rc;
}

vv_status vv_folder_state_read(vv_folder_state *out, const char *dir, const char *mark, bool *there,
			       vv_error *err)
{
	vv_auto(char) *path = vv_path_join(dir, mark, (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_folder_item *last = NULL;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	memset(out, 0, sizeof(*out));
	*there = path && vv_exists(path);
	if (rc < 0 || !*there) return rc < 0 ? rc : check_empty(dir, err);
	if ((rc = vv_read_regular(&text, path, STATE_MAX, err)) < 0) return rc;
	vv_auto(char) *all = vv_buf_detach(&text);
	rc = vv_text_check_mark(all ? all : "", FIRST, vv_text_shows(path), err);
	if (rc == VV_ENOSUPPORT) return rc;
	char *at = rc == VV_OK ? all + sizeof(FIRST) - 1 : NULL;
	for (char *line; rc == VV_OK && (line = vv_text_cut_line(&at));) {
		rc = read_line(out, &last, line) ? VV_OK : VV_ECORRUPT;
	}
	if (rc == VV_OK && !*at) return VV_OK;
	return vv_fail(err, VV_ECORRUPT,
		       "'%s' is damaged or was written by another version of varve, so the folder "
		       "cannot be updated\npublish into a new folder",
		       vv_text_shows(path));
}

static void put_items(vv_buf *b, const char *kind, const vv_folder_items *l)
{
	vv_array_each(l->items, l->count, it) {
		vv_buf_printf(b, "%s %s%s%llu %s\n", kind,
			      *kind == 'f' ? vv_oid_shows(&it->blob) : "", *kind == 'f' ? " " : "",
			      (unsigned long long)it->number, it->name);
		if (it->hash != 0) {
			vv_buf_printf(b, "hash %llu %s\n", (unsigned long long)it->hash, it->name);
		}
	}
}

vv_status vv_folder_state_write(const vv_folder_state *s, const char *dir, const char *mark,
				vv_error *err)
{
	vv_auto(char) *path = vv_path_join(dir, mark, (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_puts(&text, FIRST);
	put_items(&text, "pack", &s->packs);
	put_items(&text, "file", &s->files);
	put_items(&text, "gone", &s->gone);
	put_items(&text, "held", &s->held);
	const vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(path, text.data, text.len, true, err);
}

bool vv_folder_has(const char *dir, const char *path, uint64_t bytes)
{
	vv_auto(char) *file = vv_path_join(dir, path, (char *)NULL);
	vv_stat st;

	return file && vv_lstat(&st, file, VV_IGNORED) == VV_OK && S_ISREG(st.mode) &&
	       st.size == bytes;
}

bool vv_folder_has_bytes(const char *dir, const vv_folder_item *it)
{
	vv_auto(char) *path = vv_path_join(dir, it->name, (char *)NULL);
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	uint64_t len;

	if (!vv_folder_has(dir, it->name, it->number) || !hash) return false;
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, VV_IGNORED);
	return fd >= 0 && vv_hash_rest(hash, &len, fd, path, VV_IGNORED) == VV_OK &&
	       vv_xxh3_digest(hash) == it->hash;
}

vv_status vv_folder_count(uint64_t *out, const char *dir, const char *folder, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(dir, folder, (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = path ? vv_folder_read(&f, path, true, err) : vv_fail_nomem(err);

	for (*out = 0; rc == VV_OK && vv_folder_next(&f);) {
		*out += f.kind != VV_ENTRY_FOLDER;
	}
	return rc;
}

static vv_status hold_all(vv_folder_state *s, const char *dir, const char *folder, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(dir, folder, (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = path ? vv_folder_read(&f, path, true, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_auto(char) *name = vv_path_join(folder, f.name, (char *)NULL);
		vv_stat st;

		if (!name) return vv_fail_nomem(err);
		if ((rc = vv_lstat(&st, f.path, err)) == VV_OK &&
		    !vv_folder_items_add(s, &s->held, name, st.size)) {
			return vv_fail_nomem(err);
		}
	}
	return rc;
}

vv_status vv_folder_state_hold(vv_folder_state *s, const char *dir, vv_error *err)
{
	static const char *const folders[] = {"packs", "lists", "repo.git/objects/pack"};
	uint64_t versions;
	vv_status rc = vv_folder_count(&versions, dir, VV_FOLDER_VERSIONS, err);

	s->held.count = 0;
	for (size_t i = 0; rc == VV_OK && i < sizeof(folders) / sizeof(folders[0]); i++) {
		rc = hold_all(s, dir, folders[i], err);
	}
	if (rc < 0) return rc;
	return vv_folder_items_add(s, &s->held, VV_FOLDER_VERSIONS, versions) ? VV_OK
									      : vv_fail_nomem(err);
}

/* The folders that the path leaves empty go with it; one behind a link is not the folder's. */
static vv_status remove_path(const char *dir, const char *name, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(dir, name, (char *)NULL);

	if (vv_has_no_link(dir, name, VV_IGNORED) < 0) return VV_OK;
	vv_status rc = vv_unlink(path, true, err);
	if (rc == VV_OK) {
		vv_remove_empty_above(path, strlen(dir), NULL);
	}
	return rc;
}

vv_status vv_folder_state_sweep(vv_folder_state *s, const char *dir, uint64_t until, vv_error *err)
{
	size_t kept = 0;
	vv_status rc = VV_OK;

	vv_array_each(s->gone.items, s->gone.count, it) {
		if (it->number > until || rc < 0) {
			s->gone.items[kept++] = *it;
		} else {
			rc = remove_path(dir, it->name, err);
		}
	}
	s->gone.count = kept;
	return rc;
}
