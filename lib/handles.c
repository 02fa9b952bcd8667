/*
 * handles: how errors and options cross the border of the library.
 */
#include "lib/handles.h"

#include <string.h>

#include "base/hint.h"
#include "base/sys.h"

_Static_assert((int)VARVE_ENOCHANGE == (int)VV_ENOCHANGE &&
		       (int)VARVE_EPROGRAM == (int)VV_EPROGRAM &&
		       (int)VARVE_ENOTFOUND == (int)VV_ENOTFOUND &&
		       (int)VARVE_EREFUSED == (int)VV_EREFUSED,
	       "codes are the same on both sides");
_Static_assert(sizeof(((varve_error *)0)->message) >= VV_MESSAGE_MAX &&
		       sizeof(((varve_error *)0)->hint) == VV_HINT_MAX &&
		       sizeof(((varve_error *)0)->hint_args) == VV_HINT_MAX,
	       "texts of errors fit");

static const char *const code_names[] = {
	"ok",       "not-found",       "exists",      "usage",     "input",
	"corrupt",  "missing",         "io",          "no-memory", "locked",
	"conflict", "refused",         "unsupported", "cancelled", "rejected",
	"schema",   "program-missing", "auth",        "no-change"};

#define CODES (sizeof(code_names) / sizeof(code_names[0]))

const char *varve_library_version(int *number)
{
	if (number) {
		*number = VARVE_VERSION_NUMBER;
	}
	return VARVE_VERSION;
}

const char *varve_code_name(int code)
{
	return code <= 0 && (size_t)-code < CODES ? code_names[-code] : "unknown";
}

static void put_text(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
			len--;
		}
	}
	memcpy(out, text, len);
	out[len] = '\0';
}

int varve_error_set(varve_error *err, int code, const char *message)
{
	if (err) {
		*err = (varve_error){.code = code};
		put_text(err->message, sizeof(err->message),
			 message ? message : varve_code_name(code));
	}
	return code;
}

const char *varve_error_hint(const varve_error *err, const char *args[3])
{
	const char *name = err && err->hint_id > 0 && err->hint_id < (int32_t)VV_HINT_COUNT
				   ? vv_hint_name((vv_hint_id)err->hint_id)
				   : NULL;
	size_t at = 0;

	for (size_t i = 0; args && i < VV_HINT_ARGS; i++) {
		args[i] = name && at < sizeof(err->hint_args) ? err->hint_args + at : "";
		at += strlen(args[i]) + 1;
	}
	return name;
}

int varve_error_gap(const varve_error *err)
{
	return err && err->code == VARVE_EMISSING ? (int)err->reserved2[0] : VARVE_GAP_NONE;
}

int vv_give(varve_error *err, vv_status rc, const vv_error *from)
{
	rc = rc == VV_EREFUSED && from->login ? VV_EAUTH : rc;
	if (rc < 0 && err) {
		varve_error_set(err, (int)rc, from->message);
		err->reserved2[0] = (uint64_t)from->gap;
		if (from->hint_id == VV_HINT_WORDS) {
			put_text(err->hint, sizeof(err->hint), from->hint);
		} else if (from->hint_id != VV_HINT_NONE) {
			err->hint_id = (int32_t)from->hint_id;
			memcpy(err->hint_args, from->hint, sizeof(from->hint));
		}
	}
	return (int)rc;
}

int vv_give_next(varve_error *err, vv_first_failure *first, int more, const vv_error *from)
{
	if (more < 0) {
		first->rc = vv_give(&first->why, (vv_status)more, from);
	}
	if (first->rc < 0 && err) {
		*err = first->why;
	}
	return first->rc < 0 ? first->rc : more;
}

vv_status vv_take_options(void *out, size_t known, const void *options, vv_error *err)
{
	size_t size = 0;

	memset(out, 0, known);
	if (!options) return VV_OK;
	memcpy(&size, options, sizeof(size));
	if (size < sizeof(size)) {
		return vv_fail(err, VV_EUSAGE, "the size of an option struct is not set");
	}
	for (size_t i = known; i < size; i++) {
		if (((const char *)options)[i] != 0) {
			return vv_fail(
				err, VV_ENOSUPPORT,
				"an option struct has members that this version of libvarve does not know");
		}
	}
	memcpy(out, options, size < known ? size : known);
	return VV_OK;
}

vv_status vv_take_flags(uint32_t flags, uint32_t known, vv_error *err)
{
	return (flags & ~known) == 0 ? VV_OK
				     : vv_fail(err, VV_ENOSUPPORT,
					       "this version of libvarve does not know flag 0x%x",
					       (unsigned)(flags & ~known));
}

static bool go_on(void *payload, const char *what, uint64_t done, uint64_t total)
{
	const vv_watched *w = payload;
	varve_progress p = {what, done, total};

	return w->watch.progress(w->watch.payload, &p) == 0;
}

vv_status vv_watched_begin(const vv_progress **progress, vv_watched *out, const varve_watch *watch,
			   vv_error *err)
{
	vv_status rc = vv_take_options(&out->watch, sizeof(out->watch), watch, err);

	*progress = NULL;
	if (rc == VV_OK && out->watch.progress) {
		out->progress = (vv_progress){go_on, out, go_on};
		*progress = &out->progress;
	}
	return rc;
}

vv_status vv_take_error(vv_error *err, int code, const varve_error *from)
{
	const int rc = code >= 0 || (size_t)-code >= CODES ? VARVE_EIO : code;
	const char *args[VV_HINT_ARGS];

	vv_fail(err, (vv_status)rc, "%s", from->message);
	err->gap = (vv_gap)varve_error_gap(from);
	if (varve_error_hint(from, args)) {
		return vv_hint_code(err, (vv_hint_id)from->hint_id, args[0], args[1], args[2]);
	}
	return from->hint[0] ? vv_hint(err, "%s", from->hint) : (vv_status)rc;
}

vv_status vv_writing_put(void *writing, const void *bytes, size_t len, vv_error *err)
{
	const vv_writing *w = writing;
	varve_error e;

	varve_error_set(&e, VARVE_EIO, "the caller's function failed");
	int rc = w->write(w->payload, bytes, len, &e);
	return rc == 0 ? VV_OK : vv_take_error(err, rc, &e);
}

vv_status vv_names_take(vv_name_list *out, const char *const *names, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	while (names && names[out->count]) {
		out->count++;
	}
	if (!names) return VV_OK;
	if (!(out->items = vv_calloc(out->count + 1, sizeof(*out->items)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < out->count; i++) {
		if (!(out->items[i] = vv_arena_strndup(&out->arena, names[i], strlen(names[i])))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

void vv_names_clear(vv_name_list *list)
{
	vv_free(list->items);
	vv_arena_clear(&list->arena);
	list->items = NULL;
}

vv_status vv_paths_take(vv_paths *out, vv_repository *r, const char *const *paths, vv_error *err)
{
	const size_t count = vv_texts_count(paths);

	memset(out, 0, sizeof(*out));
	if (!paths) return VV_OK;
	if (count > INT32_MAX || !(out->files = vv_calloc(count + 1, sizeof(*out->files)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		if (!(out->files[i] = vv_repository_file(r, paths[i]))) return vv_fail_nomem(err);
	}
	return vv_pathspec_init(&out->spec, r, (int)count, out->files, err);
}

void vv_paths_clear(vv_paths *p)
{
	vv_pathspec_clear(&p->spec);
	for (size_t i = 0; p->files && p->files[i]; i++) {
		vv_free(p->files[i]);
	}
	vv_free(p->files);
	p->files = NULL;
}
