/*
 * one_file: names that may be one file have one key; files in a temporary folder show which are.
 */
#include "lib/worktree/one_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/holder.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"

#define COMBINING_FROM 0x300u
#define COMBINING_TO 0x36fu

typedef struct vv_one_name {
	char *path, *key; /* of key, the first letter is 'a' if the path is ASCII, else 'u' */
	vv_name_fate fate;
} vv_one_name;

vv_status vv_one_file_folds(bool *out, vv_repository *r, vv_error *err)
{
	vv_status rc = vv_config_bool(r, "core.ignorecase", false, out, err);

	return rc < 0 || *out ? rc : vv_config_bool(r, "core.precomposeunicode", false, out, err);
}

static bool is_ascii(const char *path)
{
	while (*path && (unsigned char)*path < 0x80) {
		path++;
	}
	return !*path;
}

/* Letters that are not ASCII count by their number only, because their cases and forms need tables. */
static void put_key(vv_buf *key, const char *path)
{
	const bool plain = is_ascii(path);
	uint32_t c = 0;

	vv_buf_putc(key, plain ? 'a' : 'u');
	for (size_t left = strlen(path), len; left > 0; path += len, left -= len) {
		len = vv_utf8_decode(&c, path, left);
		if (len == 0) {
			len = 1;
			c = (unsigned char)*path;
		}
		if (plain) {
			vv_buf_putc(key, vv_to_lower(*path));
		} else if (c >= 0x80 || vv_is_alpha(*path)) {
			vv_buf_puts(key, c >= COMBINING_FROM && c <= COMBINING_TO ? "" : "x");
		} else {
			vv_buf_putc(key, *path);
		}
	}
}

vv_status vv_one_file_add(vv_one_file *f, const char *path, vv_name_fate fate, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_auto(char) *copy = vv_strdup(path);

	put_key(&key, path);
	vv_auto(char) *own = vv_strdup(vv_buf_cstr(&key));
	if (!copy || !own || vv_buf_ok(&key, NULL) < 0 ||
	    !vv_array_add(f->names, f->count, f->cap,
			  (vv_one_name){.path = copy, .key = own, .fate = fate})) {
		return vv_fail_nomem(err);
	}
	copy = own = NULL;
	return VV_OK;
}

static int by_key(const void *a, const void *b)
{
	const vv_one_name *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	order = order ? order : strcmp(x->path, y->path);
	return order ? order : (int)y->fate - (int)x->fate;
}

/* --- trying ------------------------------------------------------------------------------------- */

/* A name of its own in the folder, for the path with its folders. */
static char *file_for(const char *folder, const char *path)
{
	char *out = vv_path_join(folder, path, (char *)NULL);

	for (char *c = out ? out + strlen(folder) + 1 : NULL; c && *c; c++) {
		*c = *c == '/' ? '+' : *c;
	}
	return out;
}

/* Finds the name before n, from first on, that is the same file, or NULL. Makes the file of n if none exists. */
static const vv_one_name *find_same(const char *folder, const vv_one_name *first,
				    const vv_one_name *n)
{
	vv_auto(char) *file = file_for(folder, n->path);
	vv_stat own, st;

	if (!file) return NULL;
	if (vv_lstat(&own, file, VV_IGNORED) < 0) {
		int fd = vv_open(file, O_CREAT | O_EXCL | O_WRONLY, 0600, VV_IGNORED);
		vv_fd_close(&fd);
		return NULL; /* one that cannot be made is too long */
	}
	for (; first < n; first++) {
		vv_auto(char) *other = file_for(folder, first->path);

		if (other && vv_lstat(&st, other, VV_IGNORED) == VV_OK && st.ino == own.ino) {
			return first;
		}
	}
	return NULL;
}

/* --- warning ------------------------------------------------------------------------------------ */

static void warn_of(const vv_one_file *f, const vv_one_name *a, const vv_one_name *b)
{
	if (a->fate != VV_NAME_COMES && b->fate != VV_NAME_COMES) return;
	vv_notes_warn(vv_repository_notes(f->repo),
		      "'%s' and '%s' are one file on this file system: it keeps one of them; "
		      "rename the other on a system that has both",
		      vv_text_shows(a->path), vv_text_shows(b->path));
}

/* names: of one key, each path once, and none goes. */
static vv_status warn_of_group(const vv_one_file *f, const vv_one_name *names, size_t count,
			       vv_error *err)
{
	char random[VV_TEMP_RANDOM + 1];
	vv_status rc;

	if (count < 2) return VV_OK;
	if (names[0].key[0] == 'a') {
		for (size_t i = 1; i < count; i++) {
			warn_of(f, &names[0], &names[i]);
		}
		return VV_OK;
	}
	vv_temp_name(random);
	vv_auto(char) *name = vv_asprintf("names.%s", random);
	vv_auto(char) *folder = name ? vv_path_join(vv_repository_varvedir(f->repo), name,
						    (char *)NULL)
				     : NULL;
	if (!folder) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(folder, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		const vv_one_name *same = find_same(folder, names, &names[i]);

		if (same) {
			warn_of(f, same, &names[i]);
		}
	}
	return vv_remove_tree(folder, err);
}

vv_status vv_one_file_warn(vv_one_file *f, vv_error *err)
{
	vv_auto_free vv_one_name *kept = vv_calloc(f->count + 1, sizeof(*kept));
	size_t count = 0, first = 0;
	vv_status rc = VV_OK;

	if (!kept) return vv_fail_nomem(err);
	if (f->count > 0) {
		qsort(f->names, f->count, sizeof(*f->names), by_key);
	}
	for (size_t i = 0; rc == VV_OK && i < f->count; i++) {
		const vv_one_name *n = &f->names[i];
		const bool again = i > 0 && strcmp(n[-1].path, n->path) == 0;

		if (again || n->fate == VV_NAME_GOES) {
			continue;
		}
		if (count > first && strcmp(kept[first].key, n->key) != 0) {
			rc = warn_of_group(f, kept + first, count - first, err);
			first = count;
		}
		kept[count++] = *n;
	}
	return rc < 0 ? rc : warn_of_group(f, kept + first, count - first, err);
}

void vv_one_file_clear(vv_one_file *f)
{
	vv_array_each(f->names, f->count, n) {
		vv_free_all(n->path, n->key);
	}
	vv_free(f->names);
}
