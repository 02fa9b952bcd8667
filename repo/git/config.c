/*
 * config: changing the repository's own settings: all of a change or nothing, durably.
 */
#include "repo/git/config.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define CONFIG_BYTES_MAX ((size_t)64 << 20)

static int set_value(git_config *own, const char *key, const char *value)
{
	int code = git_config_set_string(own, key, value);
	const git_error *what = git_error_last();

	/* Where the disk failed there is nothing to take away first. */
	if (code < 0 && code != GIT_ELOCKED && code != GIT_EINVALIDSPEC && what &&
	    what->klass == GIT_ERROR_CONFIG && git_config_delete_multivar(own, key, ".*") == 0) {
		git_error_clear();
		code = git_config_set_string(own, key, value); /* it had several values */
	}
	return code;
}

/* Is the value read back unchanged? For example, a carriage return at its end is lost. */
static vv_status check_value(git_config *own, const char *key, const char *value, vv_error *err)
{
	vv_auto(git_config_entry) *e = NULL;
	int code = git_config_get_entry(&e, own, key);

	if (code < 0) return vv_git_fail(err, code, "cannot read back the setting '%s'", key);
	if (e->value && strcmp(e->value, value) == 0) return VV_OK;
	return vv_fail(err, VV_EUSAGE, "Git's configuration cannot store this value of '%s': '%s'",
		       key, vv_text_shows(value));
}

/* Copies the current settings to the new file. */
static vv_status copy_config(vv_git_lock *lock, bool *exists, uint32_t *mode, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_stat st;
	int fd;

	vv_status rc = vv_lstat(&st, lock->path, err);
	*exists = rc == VV_OK;
	*mode = *exists ? st.mode : 0;
	rc = *exists ? vv_read_regular(&bytes, lock->path, CONFIG_BYTES_MAX, err)
		     : vv_missing_ok(rc, err);
	if (rc < 0) return rc;
	if ((fd = vv_git_lock_open_new(lock, err)) < 0) return (vv_status)fd;
	rc = vv_write_full(fd, vv_buf_cstr(&bytes), bytes.len, lock->new_path, err);
	return vv_close_after(rc, fd, lock->new_path, err);
}

/* value NULL: removes all; add: beside the values that there are. VV_ENOTFOUND, without a
 * message: there was nothing to remove. */
static vv_status edit_config(git_config *own, const char *key, const char *value, bool add,
			     vv_error *err)
{
	int code;

	if (add) {
		code = git_config_set_multivar(own, key, "$^", value);
	} else if (value) {
		code = set_value(own, key, value);
	} else {
		code = git_config_delete_multivar(own, key, ".*");
	}

	if (!value && code == GIT_ENOTFOUND) {
		git_error_clear();
		return VV_ENOTFOUND;
	}
	if (code < 0) return vv_git_fail(err, code, "cannot set '%s'", vv_text_shows(key));
	return value && !add ? check_value(own, key, value, err) : VV_OK;
}

/* libgit2 has written it, unsynced and with permissions of its own. */
static vv_status finish_config(const vv_git_lock *lock, bool existed, uint32_t mode, vv_error *err)
{
	vv_status rc;
	int fd = vv_open(lock->new_path, 0, 0, err);

	if (fd < 0) return (vv_status)fd;
	if (existed && fchmod(fd, (mode_t)mode & 07777) < 0) {
		rc = vv_fail_errno(err, "cannot set the permissions of", lock->new_path);
	} else {
		rc = existed ? VV_OK : vv_share_fd(lock->repo, fd, lock->new_path, err);
	}
	rc = rc < 0 ? rc : vv_fsync(fd, lock->new_path, err);
	return vv_close_after(rc, fd, lock->new_path, err);
}

/* Where the settings really are: the file may be a symbolic link. The caller's (vv_free). */
static char *config_path(const vv_repository *r)
{
	char *path = vv_path_join(r->commondir, "config", NULL);

	vv_git_follow_link(&path);
	return path;
}

/* With the lock. */
static vv_status change_locked(vv_git_lock *lock, const vv_config_edit *edits, size_t count,
			       vv_error *err)
{
	vv_auto(git_config) *own = NULL;
	bool existed, any = false;
	uint32_t mode;
	int code;
	vv_status rc = copy_config(lock, &existed, &mode, err);

	if (rc == VV_OK &&
	    ((code = git_config_new(&own)) < 0 ||
	     (code = git_config_add_file_ondisk(own, lock->new_path, GIT_CONFIG_LEVEL_LOCAL,
						lock->repo->git, 0)) < 0)) {
		rc = vv_git_fail(err, code, "cannot open the repository's configuration");
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_config_edit *e = &edits[i];

		rc = edit_config(own, e->key, e->value, e->add, err);
		any = any || rc == VV_OK;
		rc = e->value ? rc : vv_missing_ok(rc, err);
	}
	if (rc < 0 || !any || (rc = finish_config(lock, existed, mode, err)) < 0) return rc;
	return vv_git_lock_replace(lock, true, err);
}

vv_status vv_config_change(vv_repository *r, const vv_config_edit *edits, size_t count,
			   vv_error *err)
{
	vv_auto(char) *path = config_path(r);
	vv_auto(vv_git_lock) lock = {0};
	vv_status rc = vv_git_lock_take(&lock, r, path, err);

	rc = rc < 0 ? rc : change_locked(&lock, edits, count, err);
	vv_config_forget(r);
	return rc;
}

vv_status vv_config_set(vv_repository *r, const char *key, const char *value, vv_error *err)
{
	const vv_config_edit edit = {key, value, false};

	return vv_config_change(r, &edit, 1, err);
}

vv_status vv_config_add(vv_repository *r, const char *key, const char *value, vv_error *err)
{
	const vv_config_edit edit = {key, value, true};

	return vv_config_change(r, &edit, 1, err);
}

/* --- git's syntax of files (git-config(1), "Syntax") ------------------------------------------- */

typedef struct parsing {
	const char *at, *end;
	vv_buf name; /* "section.SUB", then ".key" */
	vv_buf value;
	size_t section; /* bytes of name */
	bool bad;
} parsing;

/* The next byte; at the end a newline. */
static char next_char(const parsing *p)
{
	return p->at < p->end ? *p->at : '\n';
}

static bool take_byte(parsing *p, char c)
{
	const bool is = p->at < p->end && *p->at == c;

	p->at += is;
	return is;
}

static void skip_blanks(parsing *p)
{
	while (next_char(p) != '\n' && vv_is_space(*p->at)) {
		p->at++;
	}
}

static void skip_line(parsing *p)
{
	const char *newline = memchr(p->at, '\n', (size_t)(p->end - p->at));

	p->at = newline ? newline : p->end;
}

static void take_word(parsing *p, const char *also)
{
	for (; vv_is_alnum(next_char(p)) || (next_char(p) != '\n' && strchr(also, *p->at));
	     p->at++) {
		vv_buf_putc(&p->name, vv_to_lower(*p->at));
	}
}

/* Behind '[': NAME "SUB" ], or NAME.SUB ]. */
static void take_section(parsing *p)
{
	vv_buf_reset(&p->name);
	take_word(p, "-.");
	if (next_char(p) != ']') {
		p->bad |= !vv_is_space(next_char(p));
		skip_blanks(p);
		p->bad |= !take_byte(p, '"');
		vv_buf_putc(&p->name, '.');
		for (; next_char(p) != '"' && next_char(p) != '\n'; p->at++) {
			p->at += *p->at == '\\' && p->at + 1 < p->end;
			p->bad |= *p->at == '\n';
			vv_buf_putc(&p->name, *p->at);
		}
		p->bad |= !take_byte(p, '"');
	}
	p->bad |= !take_byte(p, ']') || p->name.len == 0;
	p->section = p->name.len;
}

/* Behind a backslash. */
static void take_escape(parsing *p)
{
	static const char names[] = "ntb\"\\", bytes[] = "\n\t\b\"\\";

	p->at += next_char(p) == '\r' && p->at + 1 < p->end && p->at[1] == '\n';
	const char *name = next_char(p) == '\n' ? NULL : strchr(names, next_char(p));
	if (name) {
		vv_buf_putc(&p->value, bytes[name - names]);
	}
	p->bad |= next_char(p) != '\n' && !name;
	p->at += p->at < p->end;
}

/* Behind '=', to the end of the line. */
static void take_value(parsing *p)
{
	bool quoted = false;
	size_t len = 0; /* without blanks at the end */

	vv_buf_reset(&p->value);
	skip_blanks(p);
	while (!p->bad && next_char(p) != '\n') {
		const char c = *p->at++;

		if (!quoted && (c == '#' || c == ';')) {
			skip_line(p);
		} else if (c == '"') {
			quoted = !quoted;
		} else if (c == '\\') {
			take_escape(p);
		} else {
			vv_buf_putc(&p->value, c);
		}
		len = quoted || !(vv_is_space(c) || c == '#' || c == ';') ? p->value.len : len;
	}
	p->bad |= quoted;
	p->value.len = len < p->value.len ? len : p->value.len;
}

static vv_status take_key(parsing *p, vv_config_fn fn, void *payload, vv_error *err)
{
	vv_status rc;

	p->bad |= !vv_is_alpha(next_char(p));
	p->name.len = p->section;
	vv_buf_puts(&p->name, p->section > 0 ? "." : "");
	take_word(p, "-");
	skip_blanks(p);
	const bool has_value = take_byte(p, '=');
	if (has_value) {
		take_value(p);
	}
	p->bad |= next_char(p) != '\n';
	if (p->bad || (rc = vv_buf_ok(&p->name, err)) < 0 || (rc = vv_buf_ok(&p->value, err)) < 0) {
		return p->bad ? VV_OK : rc;
	}
	if (p->value.len > 0) {
		p->value.data[p->value.len] = '\0';
	}
	return fn(payload, p->name.data, has_value ? vv_buf_cstr(&p->value) : NULL, "", err);
}

vv_status vv_config_parse(const char *text, size_t len, const char *file, vv_config_fn fn,
			  void *payload, vv_error *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	parsing p = {.at = text, .end = text + len, .bad = memchr(text, '\0', len) != NULL};
	vv_status rc = VV_OK;

	p.at += len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
	while (!p.bad && rc == VV_OK && p.at < p.end) {
		if (*p.at == '#' || *p.at == ';') {
			skip_line(&p);
		} else if (take_byte(&p, '[')) {
			take_section(&p);
		} else if (vv_is_space(*p.at)) {
			p.at++;
		} else {
			rc = take_key(&p, fn, payload, err);
		}
	}
	vv_buf_clear_all(&p.name, &p.value);
	if (rc < 0 || !p.bad) return rc;
	size_t line = 1;
	for (const char *c = text; c < p.at; c++) {
		line += *c == '\n';
	}
	return vv_fail(err, VV_EINPUT, "%s cannot be read: bad config line %zu", file, line);
}
