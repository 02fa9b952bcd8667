/*
 * left_out: names that may be one file have one key; files in a temporary folder show which are.
 */
#include "lib/worktree/left_out.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"

#define COMBINING_FROM 0x300u
#define COMBINING_TO 0x36fu
#define LISTED_MAX 20u

typedef struct vv_left_name {
	char *path, *key; /* of key, the first letter is 'a' if the path is ASCII, else 'u' */
	vv_name_fate fate;
	size_t same; /* the number of the first name in its group that is the same file */
	char *why;   /* it is left out; NULL: it is not */
} vv_left_name;

vv_status vv_left_out_applies(bool *out, vv_repository *r, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = vv_path_lacks_names();
	if (!*out) {
		rc = vv_config_bool(r, "core.ignorecase", false, out, err);
	}
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

vv_status vv_left_out_add(vv_left_out *l, const char *path, vv_name_fate fate, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_auto(char) *copy = vv_strdup(path);

	put_key(&key, path);
	vv_auto(char) *own = vv_strdup(vv_buf_cstr(&key));
	if (!copy || !own || vv_buf_ok(&key, NULL) < 0 ||
	    !vv_array_add(l->names, l->count, l->cap,
			  (vv_left_name){.path = copy, .key = own, .fate = fate})) {
		return vv_fail_nomem(err);
	}
	copy = own = NULL;
	return VV_OK;
}

static int by_path(const void *a, const void *b)
{
	const vv_left_name *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)y->fate - (int)x->fate;
}

static int by_key(const void *a, const void *b)
{
	const vv_left_name *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : by_path(a, b);
}

static void clear_name(vv_left_name *n)
{
	vv_free_all(n->path, n->key, n->why);
}

/* Drops the lesser fate of a name that was added twice. */
static void drop_names(vv_left_out *l)
{
	size_t count = 0;

	qsort(l->names, l->count, sizeof(*l->names), by_path);
	for (size_t i = 0; i < l->count; i++) {
		vv_left_name *n = &l->names[i];
		const vv_left_name *last = count > 0 ? &l->names[count - 1] : NULL;

		if (last && strcmp(last->path, n->path) == 0) {
			clear_name(n);
		} else {
			l->names[count++] = *n;
		}
	}
	l->count = count;
}

/* --- which names are one file -------------------------------------------------------------------- */

/* A name of its own in the folder, for the path with its folders. */
static char *file_for(const char *folder, const char *path)
{
	char *out = vv_path_join(folder, path, (char *)NULL);

	for (char *c = out ? out + strlen(folder) + 1 : NULL; c && *c; c++) {
		*c = *c == '/' ? '+' : *c;
	}
	return out;
}

/* Finds the first name that is the same file as names[at]. Makes that file if none exists. */
static size_t find_same(const char *folder, const vv_left_name *names, size_t at)
{
	vv_auto(char) *file = file_for(folder, names[at].path);
	vv_stat own, st;

	if (!file) return at;
	if (vv_lstat(&own, file, VV_IGNORED) < 0) {
		int fd = vv_open(file, O_CREAT | O_EXCL | O_WRONLY, 0600, VV_IGNORED);
		vv_fd_close(&fd);
		return at; /* one that cannot be made is too long */
	}
	for (size_t i = 0; i < at; i++) {
		vv_auto(char) *other = file_for(folder, names[i].path);

		if (other && vv_lstat(&st, other, VV_IGNORED) == VV_OK && st.ino == own.ino) {
			return i;
		}
	}
	return at;
}

static vv_status compare_by_files(const vv_left_out *l, vv_left_name *names, size_t count,
				  vv_error *err)
{
	char random[VV_TEMP_RANDOM + 1];
	vv_status rc;

	vv_temp_name(random);
	vv_auto(char) *name = vv_asprintf("names.%s", random);
	vv_auto(char) *folder = name ? vv_path_join(vv_repository_varvedir(l->repo), name,
						    (char *)NULL)
				     : NULL;
	if (!folder) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(folder, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		names[i].same = find_same(folder, names, i);
	}
	return vv_remove_tree(folder, err);
}

/* Does its folder contain a file with exactly these letters? */
static bool is_spelled_so(const vv_left_out *l, const char *path)
{
	vv_auto(char) *file = vv_repository_file(l->repo, path);
	vv_auto(char) *dir = file ? vv_path_dir(file) : NULL;
	vv_auto(vv_folder) all = {0};

	if (!dir || vv_folder_read(&all, dir, true, VV_IGNORED) < 0) return true;
	while (vv_folder_next(&all)) {
		if (strcmp(all.name, vv_path_base(path)) == 0) return true;
	}
	return false;
}

/* --- which are left out -------------------------------------------------------------------------- */

/* Finds the name that may have the file of names[at]. */
static const vv_left_name *find_keeper(const vv_left_out *l, const vv_left_name *names,
				       size_t count, size_t at)
{
	const vv_left_name *first = NULL;

	for (size_t i = names[at].same; i < count; i++) {
		const vv_left_name *n = &names[i];

		if (n->same != names[at].same) {
			continue;
		}
		if (n->fate == VV_NAME_STAYS && is_spelled_so(l, n->path)) return n;
		first = first || n->fate != VV_NAME_COMES ? first : n;
	}
	return first;
}

/* names: of one key, sorted by path. */
static vv_status leave_of_group(vv_left_out *l, vv_left_name *names, size_t count, vv_error *err)
{
	vv_status rc = VV_OK;

	if (count < 2) return VV_OK;
	if (names[0].key[0] == 'u' && (rc = compare_by_files(l, names, count, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		vv_left_name *n = &names[i];

		if (n->fate != VV_NAME_COMES || n->why) {
			continue;
		}
		const vv_left_name *keeper = find_keeper(l, names, count, i);
		if (keeper == n) {
			continue;
		}
		n->why = vv_asprintf("'%s' is the same file as '%s' on this file system",
				     vv_text_shows(n->path), vv_text_shows(keeper->path));
		if (!n->why) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status leave_unnameable(vv_left_name *n, vv_error *err)
{
	const char *fault = n->fate == VV_NAME_COMES ? vv_path_lack(n->path) : NULL;

	if (!fault) return VV_OK;
	n->why = vv_asprintf("no file here can be named '%s': %s", vv_text_shows(n->path), fault);
	return n->why ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_left_out_find(vv_left_out *l, vv_error *err)
{
	vv_status rc = VV_OK;

	if (l->count == 0) return VV_OK;
	drop_names(l);
	for (size_t i = 0; rc == VV_OK && i < l->count; i++) {
		rc = leave_unnameable(&l->names[i], err);
	}
	qsort(l->names, l->count, sizeof(*l->names), by_key);
	for (size_t i = 0, end; rc == VV_OK && i < l->count; i = end) {
		for (end = i + 1; end < l->count && strcmp(l->names[i].key, l->names[end].key) == 0;
		     end++) {
		}
		rc = leave_of_group(l, l->names + i, end - i, err);
	}
	qsort(l->names, l->count, sizeof(*l->names), by_path);
	for (size_t i = l->count; i-- > 0;) {
		l->first = l->names[i].why ? l->names[i].why : l->first;
	}
	return rc;
}

const char *vv_left_out_why(const vv_left_out *l, const char *path)
{
	const size_t at = vv_first_place(i, l->count, strcmp(l->names[i].path, path) < 0);

	return at < l->count && strcmp(l->names[at].path, path) == 0 ? l->names[at].why : NULL;
}

void vv_left_out_warn(const vv_left_out *l)
{
	const vv_notes *notes = vv_repository_notes(l->repo);
	size_t left = 0;

	vv_array_each(l->names, l->count, n) {
		left += n->why != NULL;
		if (n->why && left <= LISTED_MAX) {
			vv_notes_warn(notes, "%s: it is left out", n->why);
		}
	}
	if (left > LISTED_MAX) {
		vv_notes_warn(notes, "%zu more files are left out for such reasons",
			      left - LISTED_MAX);
	}
	if (left > 0) {
		vv_notes_put(notes, "hint: " VV_LEFT_OUT_REMEDY);
	}
}

vv_status vv_left_out_each(const vv_left_out *l,
			   vv_status (*fn)(void *payload, const char *path, vv_error *err),
			   void *payload, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < l->count; i++) {
		rc = l->names[i].why ? fn(payload, l->names[i].path, err) : VV_OK;
	}
	return rc;
}

void vv_left_out_clear(vv_left_out *l)
{
	vv_array_each(l->names, l->count, n) {
		clear_name(n);
	}
	vv_free(l->names);
	*l = (vv_left_out){0};
}
