/*
 * rclone_place: rclone's commands, and their answers for missing objects.
 *
 * A file is written below "incoming" under a unique name, and moved: not every remote writes files atomically. Leftovers
 * of killed runs there are removed after a day.
 */
#include "transport/places/place_kinds.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/holder.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/places/s3_key.h"

#define GETS 4u
#define WORDS_MAX 17u
#define INCOMING "incoming"
#define NO_FOLDER 3 /* rclone's exit codes */
#define NO_FILE 4

typedef struct rclone {
	char *name, *base; /* "rclone:nas:sales", "nas:sales" */
	const vv_env *env;
	const vv_place_mark *mark;
	unsigned first_sec; /* 0: as long as rclone waits */
	bool swept;
} rclone;

/* --- one run ---------------------------------------------------------------------------------- */

/* One word of a run: "nas:sales/packs/x". */
static vv_status put_path(vv_buf *out, const rclone *r, const char *name, vv_error *err)
{
	const size_t len = strlen(r->base);
	const bool open = r->base[len - 1] == ':' || r->base[len - 1] == '/';

	vv_buf_printf(out, "%s%s%s", r->base, open || !*name ? "" : "/", name);
	return vv_buf_ok(out, err);
}

/* Sets err from the last line of its output, without the date. */
static vv_status explain_output(const rclone *r, vv_buf *said, int code, vv_error *err)
{
	char *text = said->data;
	int date = 0;

	while (said->len > 0 && strchr("\n\r ", text[said->len - 1])) {
		text[--said->len] = '\0';
	}
	char *line = said->len > 0 ? strrchr(text, '\n') : NULL;
	if (line) {
		line = line + 1;
	} else if (said->len > 0) {
		line = text;
	} else {
		line = "";
	}
	(void)sscanf(line, "%*4d/%*2d/%*2d %*2d:%*2d:%*2d %n", &date);
	if (!line[date]) {
		return vv_fail(err, VV_EIO, "'%s': rclone ended with exit code %d", r->name, code);
	}
	return vv_fail(err, VV_EIO, "'%s': rclone: %s", r->name, vv_text_shows(line + date));
}

/* words: NULL-ended, at most 8. *absent: NO_FOLDER or NO_FILE if rclone finds none, else 0; absent NULL: that is a failure, too. */
static vv_status run_rclone(const rclone *r, const char *const *words, const void *input,
			    size_t len, vv_buf *output, int *absent, vv_error *err)
{
	static const char *const more[] = {"TZ=UTC", "RCLONE_ASK_PASSWORD=false", NULL};
	char wait[16];
	const char *argv[WORDS_MAX] = {"rclone", "-q"};
	vv_auto(vv_buf) said = VV_BUF_INIT, ignored = VV_BUF_INIT;
	const vv_run call = {.argv = argv,
			     .env = r->env,
			     .more = more,
			     .input = input,
			     .len = len,
			     .output = output ? output : &ignored,
			     .errors = &said};
	size_t n = 2;
	int code;
	vv_status rc;

	if (r->first_sec > 0) {
		(void)snprintf(wait, sizeof(wait), "%us", r->first_sec);
		vv_words_add(argv, &n, "--retries", "1", "--low-level-retries", "1", "--contimeout",
			     wait);
	}
	vv_words_add_list(argv, &n, words);
	if ((rc = vv_run_program(&call, &code, err)) < 0) {
		return rc == VV_EPROGRAM
			       ? vv_hint(err, "install rclone, and set up the remote in its "
					      "configuration: rclone config")
			       : rc;
	}
	if (absent) {
		*absent = code == NO_FOLDER || code == NO_FILE ? code : 0;
	}
	return code == 0 || (absent && *absent) ? VV_OK : explain_output(r, &said, code, err);
}

/* --- one object ------------------------------------------------------------------------------- */

static vv_status fail_absent(const rclone *r, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND, "'%s' has no file '%s'", r->name, name);
}

/* Does a file of this name exist? Not every remote reports a missing one as a failure. */
static vv_status is_there(const rclone *r, const char *path, bool *out, vv_error *err)
{
	const char *const words[] = {"lsf", "--files-only", "--", path, NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT, base = VV_BUF_INIT;
	const char *slash = strrchr(path, '/'), *colon = strrchr(path, ':');
	int absent;
	const vv_status rc = run_rclone(r, words, NULL, 0, &text, &absent, err);

	vv_buf_printf(&base, "%s\n", slash && slash > colon ? slash + 1 : colon + 1);
	*out = rc == VV_OK && !absent && !base.failed &&
	       strcmp(vv_buf_cstr(&text), vv_buf_cstr(&base)) == 0;
	return rc;
}

static vv_status rclone_get(void *payload, const char *name, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err)
{
	const rclone *r = payload;
	char offset[24], count[24];
	vv_auto(vv_buf) path = VV_BUF_INIT, bytes = VV_BUF_INIT;
	const char *words[] = {"cat", "--offset", offset, "--count", count, "--", NULL, NULL};
	int absent;
	bool there;
	vv_status rc;

	(void)snprintf(offset, sizeof(offset), "%llu", (unsigned long long)from);
	(void)snprintf(count, sizeof(count), "%llu", (unsigned long long)len);
	if ((rc = put_path(&path, r, name, err)) < 0) return rc;
	words[6] = path.data;
	if ((rc = run_rclone(r, words, NULL, 0, &bytes, &absent, err)) < 0) return rc;
	if (absent) return fail_absent(r, name, err);
	if (bytes.len == 0 && len > 0) {
		if ((rc = is_there(r, path.data, &there, err)) < 0) return rc;
		return there ? VV_OK : fail_absent(r, name, err);
	}
	vv_buf_put(out, bytes.data, bytes.len < len ? bytes.len : (size_t)len);
	return vv_buf_ok(out, err);
}

/* Removes files of killed runs. */
static void sweep_incoming(rclone *r)
{
	vv_auto(vv_buf) path = VV_BUF_INIT;
	const char *words[] = {"delete", "--min-age", "1d", "--", NULL, NULL};

	if (r->swept || put_path(&path, r, INCOMING, VV_IGNORED) < 0) return;
	r->swept = true;
	words[4] = path.data;
	(void)run_rclone(r, words, NULL, 0, NULL, NULL, VV_IGNORED);
}

static vv_status rclone_put(void *payload, const char *name, const void *bytes, size_t len,
			    vv_error *err)
{
	rclone *r = payload;
	char own[sizeof(INCOMING) + 1 + VV_TEMP_RANDOM] = INCOMING "/", size[24];
	vv_auto(vv_buf) temp = VV_BUF_INIT, path = VV_BUF_INIT;
	const char *const write[] = {"rcat", "--size", size, "--", NULL, NULL};
	const char *words[6], *move[] = {"moveto", "--ignore-times", "--", NULL, NULL, NULL};
	vv_status rc;

	sweep_incoming(r);
	vv_temp_name(own + strlen(own));
	(void)snprintf(size, sizeof(size), "%zu", len);
	if ((rc = put_path(&temp, r, own, err)) < 0 || (rc = put_path(&path, r, name, err)) < 0) {
		return rc;
	}
	memcpy(words, write, sizeof(write));
	words[4] = move[3] = temp.data;
	move[4] = path.data;
	if ((rc = run_rclone(r, words, bytes, len, NULL, NULL, err)) < 0 ||
	    (rc = run_rclone(r, move, NULL, 0, NULL, NULL, err)) < 0) {
		const char *const gone[] = {"deletefile", "--retries", "1", "--", temp.data, NULL};

		if (rc != VV_EPROGRAM) {
			(void)run_rclone(r, gone, NULL, 0, NULL, NULL, VV_IGNORED);
			rc = vv_recode(err, VV_EREFUSED); /* the place does not want it */
		}
	}
	return rc;
}

static vv_status rclone_remove(void *payload, const char *name, vv_error *err)
{
	rclone *r = payload;
	vv_auto(vv_buf) path = VV_BUF_INIT;
	const char *words[] = {"deletefile", "--", NULL, NULL};
	bool there;
	vv_status rc;

	if ((rc = put_path(&path, r, name, err)) < 0 ||
	    (rc = is_there(r, path.data, &there, err)) < 0) {
		return rc;
	}
	words[2] = path.data;
	return there ? run_rclone(r, words, NULL, 0, NULL, NULL, err) : fail_absent(r, name, err);
}

/* --- lists ------------------------------------------------------------------------------------ */

/* "12;2026-11-23 14:58:01;name", of a folder "-1;...;name/". Skips other lines. */
static vv_status pass_entry(char *line, vv_listed_fn fn, void *to, vv_error *err)
{
	char *time = strchr(line, ';'), *name = time ? strchr(time + 1, ';') : NULL;
	const size_t len = name ? strlen(name + 1) : 0;
	uint64_t size = UINT64_MAX;

	if (len == 0) return VV_OK;
	*time++ = '\0';
	*name++ = '\0';
	if (name[len - 1] == '/') {
		name[len - 1] = '\0';
	} else if (!vv_parse_u64(&size, line, strlen(line))) {
		return VV_OK;
	}
	if (strlen(time) > 10) {
		time[10] = 'T';
	}
	const vv_listed e = {.name = name, .size = size, .modified = vv_s3_time(time)};
	return fn(to, &e, err);
}

static vv_status rclone_list(void *payload, const char *folder, vv_listed_fn fn, void *to,
			     vv_error *err)
{
	const rclone *r = payload;
	vv_auto(vv_buf) path = VV_BUF_INIT, text = VV_BUF_INIT;
	const char *words[] = {"lsf", "--format", "stp", "--separator", ";", "--", NULL, NULL};
	int absent;
	vv_status rc = put_path(&path, r, folder, err);

	if (rc < 0) return rc;
	words[6] = path.data;
	if ((rc = run_rclone(r, words, NULL, 0, &text, &absent, err)) < 0 || absent == NO_FOLDER) {
		return rc;
	}
	if (absent != 0) { /* of a file in the folder: the list has not all of them */
		return vv_fail(err, VV_EIO,
			       "'%s': rclone lists '%s' only in part\nrun the command again",
			       r->name, vv_text_shows(path.data));
	}
	for (char *line = text.data, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end) {
			*end++ = '\0';
		}
		if ((rc = pass_entry(line, fn, to, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- opening it ------------------------------------------------------------------------------- */

static void rclone_close(void *payload)
{
	rclone *r = payload;

	if (r) {
		vv_free_all(r->name, r->base, r);
	}
}
VV_AUTO_FREE(rclone, rclone_close)

static const vv_place_ops rclone_ops = {.gets = GETS,
					.put = rclone_put,
					.get = rclone_get,
					.list = rclone_list,
					.remove = rclone_remove,
					.close = rclone_close};

static vv_status refuse_full(void *payload, const vv_listed *e VV_UNUSED, vv_error *err)
{
	const rclone *r = payload;

	return vv_fail(err, VV_EREFUSED,
		       "'%s' is not empty, and is not a store\n"
		       "use a new folder, or a new folder inside this one",
		       r->name);
}

static vv_status check_mark(rclone *r, bool make, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (!r->mark) return VV_OK;
	vv_status rc = rclone_get(r, r->mark->file, 0, 1, &text, err);
	if (rc != VV_ENOTFOUND) return rc;
	if (make) {
		rc = rclone_list(r, "", refuse_full, r, err);
		return rc < 0 ? rc
			      : rclone_put(r, r->mark->file, r->mark->text, strlen(r->mark->text),
					   err);
	}
	return vv_fail(err, VV_ENOTFOUND,
		       "'%s' has no %s\ncheck the path: a place with %s has a file '%s'", r->name,
		       r->mark->keeps, r->mark->keeps, r->mark->file);
}

vv_status vv_rclone_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_auto(rclone) *r = vv_calloc(1, sizeof(*r));
	vv_status rc;

	*out = (vv_place){0};
	if (!r) return vv_fail_nomem(err);
	*r = (rclone){.env = vv_connect_env(connect),
		      .mark = facts->mark,
		      .first_sec = connect->first_sec};
	if (!(r->name = vv_strdup(url->text)) || !(r->base = vv_strdup(url->path))) {
		return vv_fail_nomem(err);
	}
	if ((rc = check_mark(r, make, err)) < 0) return rc;
	/* The remote itself. */
	return vv_place_make(
		out, &rclone_ops, vv_take(&r),
		vv_asprintf("rclone %.*s", (int)(strcspn(url->path + 1, ":") + 1), url->path),
		facts, err);
}
