/*
 * sftp_place: makes files durable over SFTP, and reconnects.
 *
 * A file is written below "incoming", synced (fsync@openssh.com) and renamed. The rename of SFTP 3 fails if its
 * target exists, so nothing is overwritten by accident: a target with the same bytes is kept, one with other
 * bytes (truncated, damaged) is removed first. The folder is synced after it; a server without sync is trusted.
 *
 * Between two requests minutes may pass, in which servers hang up. So a request that fails on an existing
 * connection is repeated over a new one.
 */
#include "transport/places/place_kinds.h"

#include <libssh2.h>
#include <libssh2_sftp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/holder.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/channel.h"
#include "transport/line/patience.h"
#include "transport/line/pipe.h"
#include "transport/line/ssh.h"
#include "transport/line/ssh_login.h"
#include "transport/places/place_quota.h"

#define INCOMING "incoming"
#define ABANDONED_SEC 86400
#define COMPARE_STEP ((size_t)64 << 10)
#define ENTRY_BYTES 100u /* of a name in a list, with its SFTP attributes */

typedef struct sftp {
	vv_ssh_login login;
	vv_ssh_config config;
	const vv_connect_options *options;
	LIBSSH2_SFTP *session; /* NULL: not connected */
	char *name;            /* the URL, as it may be shown */
	char *root;            /* "" is the folder that one is in after the login */
	vv_place_quota quota;
	const vv_place_mark *mark;
	vv_hint_id full;
	unsigned depth;       /* running requests: a list's callback may send others */
	bool lost;            /* the connection is of no use any more */
	vv_patience patience; /* with the request under way */
	bool swept;
} sftp;

/* --- the connection -------------------------------------------------------------------------- */

static void hang_up(sftp *f)
{
	if (f->session) {
		(void)libssh2_sftp_shutdown(vv_take(&f->session));
	}
	vv_ssh_login_close(&f->login);
	f->lost = false;
}

static bool is_stopped(const sftp *f)
{
	return f->options->stopped && atomic_load(f->options->stopped);
}

static vv_status connect_host(sftp *f, vv_error *err)
{
	vv_status rc;

	if (is_stopped(f)) return vv_fail_stopped(err, f->name);
	f->login.config = &f->config;
	f->login.options = f->options;
	if ((rc = vv_ssh_login_open(&f->login, err)) < 0) {
		hang_up(f);
		/* "not found" would mean that the file or the mark is missing */
		return rc == VV_ENOTFOUND ? vv_recode(err, VV_EIO) : rc;
	}
	if (!(f->session = libssh2_sftp_init(f->login.session))) {
		(void)vv_ssh_login_fail(&f->login, libssh2_session_last_errno(f->login.session),
					"no SFTP with", err);
		hang_up(f);
		return vv_hint(err, "check that the host's sshd has the subsystem 'sftp'");
	}
	return VV_OK;
}

static vv_status hint_full(const sftp *f, vv_error *err)
{
	return vv_hint_code(err, f->full);
}

/* Converts the result of a libssh2 request for a file; code 0 is VV_OK. */
static vv_status check_code(sftp *f, int code, const char *what, const char *path, vv_error *err)
{
	if (code >= 0) return VV_OK;
	if (code != LIBSSH2_ERROR_SFTP_PROTOCOL) {
		f->lost = true;
		return vv_ssh_login_fail(&f->login, code, what, err);
	}
	unsigned long fx = libssh2_sftp_last_error(f->session);
	switch (fx) {
	case LIBSSH2_FX_NO_SUCH_FILE:
	case LIBSSH2_FX_NO_SUCH_PATH:
		return vv_fail(err, VV_ENOTFOUND, "%s '%s': no such file '%s'", what, f->name,
			       vv_text_shows(path));
	case LIBSSH2_FX_PERMISSION_DENIED:
	case LIBSSH2_FX_WRITE_PROTECT:
		return vv_fail(err, VV_EREFUSED,
			       "%s '%s': no permission for '%s'\ncheck that the user '%s' may "
			       "read and write this folder",
			       what, f->name, vv_text_shows(path), vv_text_shows(f->config.user));
	case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM:
	case LIBSSH2_FX_QUOTA_EXCEEDED:
		(void)vv_fail(err, VV_EREFUSED, "%s '%s': its disk is full", what, f->name);
		return hint_full(f, err);
	case LIBSSH2_FX_FILE_ALREADY_EXISTS:
		return vv_fail(err, VV_EEXISTS, "%s '%s': '%s' exists already", what, f->name,
			       vv_text_shows(path));
	default:
		return vv_fail(err, VV_EIO, "%s '%s': the server reported the SFTP error %lu (%s)",
			       what, f->name, fx, vv_text_shows(path));
	}
}

static int last_code(const sftp *f)
{
	const int code = libssh2_session_last_errno(f->login.session);
	return code < 0 ? code : LIBSSH2_ERROR_SOCKET_NONE;
}

/* libssh2 applies --timeout to each of its calls; this is for many calls that each transfer few bytes. */
static vv_status keep_pace(sftp *f, uint64_t start, uint64_t bytes, vv_error *err)
{
	if (vv_patience_spend(&f->patience, vv_monotonic_ms() - start, bytes)) return VV_OK;
	f->lost = true;
	return vv_patience_fail(&f->patience, f->name, err);
}

/* --- requests -------------------------------------------------------------------------------- */

/* One request, as its step wants it. */
typedef struct request {
	const char *name;
	const void *bytes; /* put */
	uint64_t from, len;
	vv_buf *out; /* get */
	vv_listed_fn fn;
	void *to;
	bool begun; /* something was given to the caller: it cannot be made again */
} request;

typedef vv_status (*step_fn)(sftp *f, request *r, vv_error *err);

static vv_status run_request(sftp *f, step_fn step, request *r, vv_error *err)
{
	const bool old = f->session != NULL;
	vv_status rc = old ? VV_OK : connect_host(f, err);

	if (rc < 0) return rc;
	vv_patience_renew(&f->patience);
	f->depth++;
	rc = f->lost ? vv_fail(err, VV_EIO, "the connection to '%s' was lost", f->name)
		     : step(f, r, err);
	f->depth--;
	if (rc < 0 && f->lost && old && !r->begun && f->depth == 0) {
		hang_up(f);
		if ((rc = connect_host(f, err)) == VV_OK) {
			vv_patience_renew(&f->patience);
			f->depth++;
			rc = step(f, r, err);
			f->depth--;
		}
	}
	if (f->lost && f->depth == 0) {
		hang_up(f);
	}
	return rc;
}

/* root/name; owned by the caller. */
static char *path_of(const sftp *f, const char *name)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, f->root);
	if (*name && *f->root && strcmp(f->root, "/") != 0) {
		vv_buf_putc(&b, '/');
	}
	vv_buf_puts(&b, name);
	if (b.len == 0) {
		vv_buf_puts(&b, ".");
	}
	return vv_buf_detach(&b);
}

/* what: LIBSSH2_SFTP_LSTAT, or LIBSSH2_SFTP_STAT, which follows links. */
static vv_status stat_path(sftp *f, const char *path, int what, LIBSSH2_SFTP_ATTRIBUTES *out,
			   vv_error *err)
{
	const int code = libssh2_sftp_stat_ex(f->session, path, (unsigned)strlen(path), what, out);
	return check_code(f, code, "cannot get the status of a file of", path, err);
}

/* mkdir -p, for the folder and all above it. One that is there is fine. */
static vv_status make_folders(sftp *f, const char *path, vv_error *err)
{
	vv_auto(char) *part = vv_strdup(path);
	LIBSSH2_SFTP_ATTRIBUTES is;
	vv_error why;
	vv_status rc = part ? VV_OK : vv_fail_nomem(err);

	for (char *p = part; rc == VV_OK && p; p++) {
		if ((*p == '/' && p > part) || !*p) {
			const char kept = *p;
			*p = '\0';
			const int code = libssh2_sftp_mkdir_ex(f->session, part,
							       (unsigned)strlen(part), 0777);
			rc = check_code(f, code, "cannot make a folder of", part, &why);
			/* Servers report "failure" for existing folders. */
			if (rc < 0 && !f->lost &&
			    stat_path(f, part, LIBSSH2_SFTP_STAT, &is, NULL) == VV_OK &&
			    LIBSSH2_SFTP_S_ISDIR(is.permissions)) {
				rc = VV_OK;
			}
			if (rc < 0 && err) {
				*err = why;
			}
			*p = kept;
			if (!kept) {
				break;
			}
		}
	}
	return rc;
}

static vv_status make_folders_above(sftp *f, const char *path, vv_error *err)
{
	const char *slash = strrchr(path, '/');
	vv_auto(char) *dir = slash && slash > path ? vv_strndup(path, (size_t)(slash - path))
						   : NULL;
	vv_status rc = dir ? make_folders(f, dir, err) : VV_OK;

	if (slash && slash > path && !dir) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

static LIBSSH2_SFTP_HANDLE *open_file(sftp *f, const char *path, unsigned long flags)
{
	return libssh2_sftp_open_ex(f->session, path, (unsigned)strlen(path), flags, 0666,
				    LIBSSH2_SFTP_OPENFILE);
}

/* --- reading --------------------------------------------------------------------------------- */

/* Appends up to len bytes from there on. */
static vv_status read_some(sftp *f, const char *path, uint64_t from, uint64_t len, vv_buf *out,
			   vv_error *err)
{
	LIBSSH2_SFTP_HANDLE *h = open_file(f, path, LIBSSH2_FXF_READ);
	vv_status rc = VV_OK;

	if (!h) return check_code(f, last_code(f), "cannot open a file of", path, err);
	libssh2_sftp_seek64(h, from);
	while (rc == VV_OK && len > 0) {
		const size_t step = len < COMPARE_STEP ? (size_t)len : COMPARE_STEP;
		const uint64_t start = vv_monotonic_ms();
		ssize_t got;
		if (is_stopped(f)) {
			f->lost = true;
			rc = vv_fail_stopped(err, f->name);
			break;
		}
		if (!vv_buf_reserve(out, step)) {
			rc = vv_fail_nomem(err);
			break;
		}
		if ((got = libssh2_sftp_read(h, out->data + out->len, step)) <= 0) {
			rc = check_code(f, (int)got, "cannot read a file of", path, err);
			break;
		}
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		len -= (uint64_t)got;
		rc = keep_pace(f, start, (uint64_t)got, err);
	}
	if (!f->lost) {
		(void)libssh2_sftp_close_handle(h);
	}
	return rc;
}

static vv_status get_step(sftp *f, request *r, vv_error *err)
{
	vv_auto(char) *path = path_of(f, r->name);
	const size_t before = r->out->len;
	vv_status rc = path ? read_some(f, path, r->from, r->len, r->out, err) : vv_fail_nomem(err);

	if (rc < 0) {
		r->out->len = before;
	}
	return rc;
}

static vv_status sftp_get(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			  vv_error *err)
{
	request r = {.name = name, .from = from, .len = len, .out = out};
	return run_request(payload, get_step, &r, err);
}

/* --- listing --------------------------------------------------------------------------------- */

/* The entries of a folder that is open. */
static vv_status list_entries(sftp *f, LIBSSH2_SFTP_HANDLE *h, const char *path, request *r,
			      vv_error *err)
{
	char entry[512];
	LIBSSH2_SFTP_ATTRIBUTES is;
	vv_status rc = VV_OK;

	for (uint64_t count = 0; rc == VV_OK; count++) {
		const uint64_t start = vv_monotonic_ms();
		const int n = libssh2_sftp_readdir_ex(h, entry, sizeof(entry) - 1, NULL, 0, &is);
		if (n == 0) {
			break;
		}
		if (n < 0 && n != LIBSSH2_ERROR_BUFFER_TOO_SMALL) {
			return check_code(f, n, "cannot list a folder of", path, err);
		}
		if ((rc = keep_pace(f, start, ENTRY_BYTES, err)) < 0) {
			break;
		}
		if (count > VV_PLACE_ENTRIES_MAX) {
			rc = vv_fail(err, VV_EIO,
				     "'%s': the server's list of a folder does not end", f->name);
			break;
		}
		if (n < 0) {
			continue; /* none of ours */
		}
		entry[n] = '\0';
		if (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0 || strchr(entry, '/') ||
		    strlen(entry) != (size_t)n || !(is.flags & LIBSSH2_SFTP_ATTR_PERMISSIONS)) {
			continue;
		}
		if (LIBSSH2_SFTP_S_ISDIR(is.permissions) ||
		    (LIBSSH2_SFTP_S_ISREG(is.permissions) && (is.flags & LIBSSH2_SFTP_ATTR_SIZE))) {
			r->begun = true;
			const bool dir = LIBSSH2_SFTP_S_ISDIR(is.permissions);
			const bool dated = (is.flags & LIBSSH2_SFTP_ATTR_ACMODTIME) != 0;
			const vv_listed e = {.name = entry,
					     .size = dir ? UINT64_MAX : is.filesize,
					     .modified = dated ? (int64_t)is.mtime : 0};
			rc = r->fn(r->to, &e, err);
		}
		if (rc == VV_OK && f->lost) {
			rc = vv_fail(err, VV_EIO, "the connection to '%s' was lost", f->name);
		}
	}
	return rc;
}

static vv_status list_step(sftp *f, request *r, vv_error *err)
{
	vv_auto(char) *path = path_of(f, r->name);
	vv_status rc = VV_OK;

	if (!path) return vv_fail_nomem(err);
	LIBSSH2_SFTP_HANDLE *h = libssh2_sftp_open_ex(f->session, path, (unsigned)strlen(path), 0,
						      0, LIBSSH2_SFTP_OPENDIR);
	if (!h) {
		rc = check_code(f, last_code(f), "cannot list a folder of", path, err);
		rc = rc == VV_ENOTFOUND && *r->name ? VV_OK : rc;
	} else {
		rc = list_entries(f, h, path, r, err);
		if (!f->lost) {
			(void)libssh2_sftp_close_handle(h);
		}
	}
	return rc;
}

static vv_status sftp_list(void *payload, const char *folder, vv_listed_fn fn, void *to,
			   vv_error *err)
{
	request r = {.name = folder, .fn = fn, .to = to};
	return run_request(payload, list_step, &r, err);
}

/* --- removing -------------------------------------------------------------------------------- */

static vv_status remove_path(sftp *f, const char *path, vv_error *err)
{
	const int code = libssh2_sftp_unlink_ex(f->session, path, (unsigned)strlen(path));
	return check_code(f, code, "cannot remove a file of", path, err);
}

static vv_status remove_step(sftp *f, request *r, vv_error *err)
{
	vv_auto(char) *path = path_of(f, r->name);
	return path ? remove_path(f, path, err) : vv_fail_nomem(err);
}

static vv_status sftp_remove(void *payload, const char *name, vv_error *err)
{
	sftp *f = payload;
	request r = {.name = name};

	f->quota.counted = false;
	return run_request(f, remove_step, &r, err);
}

/* --- writing --------------------------------------------------------------------------------- */

static vv_status sweep_file(void *payload, const vv_listed *e, vv_error *err VV_UNUSED)
{
	sftp *f = payload;
	bool ended;

	if (vv_temp_name_read(e->name, &ended) &&
	    (ended || (e->modified > 0 && e->modified + ABANDONED_SEC < vv_now_sec()))) {
		vv_auto(char) *name = vv_asprintf(INCOMING "/%s", e->name);
		vv_auto(char) *path = name ? path_of(f, name) : NULL;

		if (path) {
			(void)libssh2_sftp_unlink_ex(f->session, path, (unsigned)strlen(path));
		}
	}
	return VV_OK;
}

/* Takes away what dead processes left in "incoming". */
static void sweep_incoming(sftp *f)
{
	request r = {.name = INCOMING, .fn = sweep_file, .to = f};

	(void)list_step(f, &r, VV_IGNORED);
	f->swept = true;
}

/* Why a write failed: servers of SFTP 3 have no word for a full disk. */
static vv_status explain_write(sftp *f, size_t len, vv_error *err)
{
	LIBSSH2_SFTP_STATVFS room;
	vv_auto(char) *root = path_of(f, "");
	vv_status code = err ? err->code : VV_EIO;

	if (root && code == VV_EIO && !f->lost &&
	    libssh2_sftp_statvfs(f->session, root, strlen(root), &room) == 0 &&
	    room.f_bavail * room.f_frsize < len) {
		(void)vv_fail(err, VV_EREFUSED, "cannot write to '%s': its disk is full", f->name);
		code = hint_full(f, err);
	}
	return code;
}

static vv_status sync_handle(sftp *f, LIBSSH2_SFTP_HANDLE *h, const char *path, vv_error *err)
{
	const int code = libssh2_sftp_fsync(h);

	if (code == LIBSSH2_ERROR_SFTP_PROTOCOL &&
	    libssh2_sftp_last_error(f->session) == LIBSSH2_FX_OP_UNSUPPORTED) {
		return VV_OK;
	}
	return check_code(f, code, "cannot make a file durable at", path, err);
}

/* The names in a folder. OpenSSH opens folders like files; who does not is believed. */
static void sync_folder_of(sftp *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	vv_auto(char) *dir = slash && slash > path ? vv_strndup(path, (size_t)(slash - path))
						   : NULL;
	LIBSSH2_SFTP_HANDLE *h = dir ? open_file(f, dir, LIBSSH2_FXF_READ) : NULL;

	if (h) {
		(void)libssh2_sftp_fsync(h);
		(void)libssh2_sftp_close_handle(h);
	}
}

static vv_status write_temp(sftp *f, const char *temp, const void *bytes, size_t len, vv_error *err)
{
	const unsigned long flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_EXCL;
	LIBSSH2_SFTP_HANDLE *h = open_file(f, temp, flags);
	const char *b = bytes;
	vv_status rc = VV_OK;
	int code;

	if (!h && last_code(f) == LIBSSH2_ERROR_SFTP_PROTOCOL) { /* the first one there? */
		if ((rc = make_folders_above(f, temp, err)) < 0) return rc;
		h = open_file(f, temp, flags);
	}
	if (!h) {
		rc = check_code(f, last_code(f), "cannot write to", temp, err);
		return rc < 0 ? explain_write(f, len, err) : rc;
	}
	while (rc == VV_OK && len > 0) {
		const uint64_t start = vv_monotonic_ms();
		const ssize_t put = libssh2_sftp_write(h, b, len);
		if (put <= 0) {
			rc = check_code(f, put < 0 ? (int)put : LIBSSH2_ERROR_SOCKET_SEND,
					"cannot write to", temp, err);
			break;
		}
		b += put;
		len -= (size_t)put;
		rc = keep_pace(f, start, (uint64_t)put, err);
	}
	if (rc == VV_OK) {
		rc = sync_handle(f, h, temp, err);
	}
	if (!f->lost && (code = libssh2_sftp_close_handle(h)) < 0 && rc == VV_OK) {
		rc = check_code(f, code, "cannot write to", temp, err);
	}
	if (rc < 0) {
		rc = explain_write(f, len, err);
	}
	return rc;
}

/* Does the path have just these bytes? */
static vv_status has_bytes(sftp *f, const char *path, const void *bytes, size_t len, bool *same,
			   vv_error *err)
{
	LIBSSH2_SFTP_ATTRIBUTES is;
	vv_auto(vv_buf) there = VV_BUF_INIT;
	vv_status rc = stat_path(f, path, LIBSSH2_SFTP_LSTAT, &is, err);

	*same = false;
	if (rc == VV_OK && LIBSSH2_SFTP_S_ISREG(is.permissions) && is.filesize == len) {
		rc = read_some(f, path, 0, (uint64_t)len + 1, &there, err);
		*same = rc == VV_OK && there.len == len &&
			(len == 0 || memcmp(there.data, bytes, len) == 0);
	}
	return rc;
}

static vv_status rename_path(sftp *f, const char *from, const char *to, vv_error *err)
{
	const int code = libssh2_sftp_rename_ex(f->session, from, (unsigned)strlen(from), to,
						(unsigned)strlen(to), 0);
	return check_code(f, code, "cannot rename a file of", to, err);
}

/* Renames the temporary file; an existing one with other bytes is removed. */
static vv_status put_in_place(sftp *f, const char *temp, const char *path, const void *bytes,
			      size_t len, vv_error *err)
{
	bool same = false;
	vv_status rc = rename_path(f, temp, path, err);

	if (rc == VV_OK || f->lost) return rc;
	vv_status there = has_bytes(f, path, bytes, len, &same, VV_IGNORED);
	if (there == VV_ENOTFOUND) { /* its folder is not there yet */
		if ((rc = make_folders_above(f, path, err)) < 0) return rc;
		return rename_path(f, temp, path, err);
	}
	if (there < 0) return rc;
	if (same) return remove_path(f, temp, err);
	if ((rc = remove_path(f, path, err)) < 0) return rc;
	return rename_path(f, temp, path, err);
}

static vv_status put_step(sftp *f, request *r, vv_error *err)
{
	char letters[VV_TEMP_RANDOM + 1];
	vv_auto(char) *path = path_of(f, r->name), *temp = NULL;
	vv_error why;
	bool same = false;

	vv_temp_name(letters);
	vv_auto(char) *name = vv_asprintf(INCOMING "/%s", letters);
	if (!path || !name || !(temp = path_of(f, name))) {
		return vv_fail_nomem(err);
	}
	vv_status rc = has_bytes(f, path, r->bytes, (size_t)r->len, &same, &why);
	if (rc < 0 && f->lost) return vv_error_copy(err, &why);
	if (same) return VV_OK;
	if (!f->swept) {
		sweep_incoming(f);
	}
	if ((rc = write_temp(f, temp, r->bytes, (size_t)r->len, err)) == VV_OK) {
		rc = put_in_place(f, temp, path, r->bytes, (size_t)r->len, err);
	}
	if (rc == VV_OK) {
		sync_folder_of(f, path);
		f->quota.used += r->len;
	} else if (!f->lost) {
		(void)libssh2_sftp_unlink_ex(f->session, temp, (unsigned)strlen(temp));
	}
	return rc;
}

static const vv_place_ops sftp_ops;

static vv_status sftp_put(void *payload, const char *name, const void *bytes, size_t len,
			  vv_error *err)
{
	sftp *f = payload;
	request r = {.name = name, .bytes = bytes, .len = len};
	vv_status rc = vv_place_quota_check(&f->quota, &sftp_ops, f, len, err);

	return rc < 0 ? rc : run_request(f, put_step, &r, err);
}

/* --- opening it ------------------------------------------------------------------------------ */

static void sftp_close(void *payload)
{
	sftp *f = payload;

	if (!f) return;
	hang_up(f);
	vv_ssh_config_clear(&f->config);
	vv_free_all(f->name, f->root, f);
}

VV_AUTO_FREE(sftp, sftp_close)

static void sftp_who(void *payload, vv_buf *out)
{
	const sftp *f = payload;

	vv_buf_printf(out, "%s at %s", f->config.user, f->config.host);
}

static const vv_place_ops sftp_ops = {.put = sftp_put,
				      .get = sftp_get,
				      .list = sftp_list,
				      .remove = sftp_remove,
				      .who = sftp_who,
				      .close = sftp_close};

static vv_status check_mark(sftp *f, bool make, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = f->mark ? sftp_get(f, f->mark->file, 0, 1, &text, err) : VV_OK;

	if (rc != VV_ENOTFOUND) return rc;
	if (make) {
		request r = {.name = f->mark->file,
			     .bytes = f->mark->text,
			     .len = strlen(f->mark->text)};

		return run_request(f, put_step, &r, err);
	}
	return vv_fail(err, VV_ENOTFOUND,
		       "'%s' has no %s (no file '%s'), or its disk is not mounted\ncheck the path: "
		       "a folder with %s has a file '%s'",
		       f->name, f->mark->keeps, f->mark->file, f->mark->keeps, f->mark->file);
}

/* "~/x" and "~" are relative to the folder after the login; SFTP cannot find other users' homes. */
static vv_status take_root(sftp *f, const vv_url *url, vv_error *err)
{
	const char *path = url->path;

	if (path[0] == '~' && path[1] && path[1] != '/') {
		return vv_fail(err, VV_EUSAGE,
			       "'%s': SFTP cannot look up other users' homes\n"
			       "write the whole path",
			       url->text);
	}
	if (path[0] == '~') {
		path += path[1] ? 2 : 1;
	}
	f->root = vv_strdup(path);
	for (size_t n = f->root ? strlen(f->root) : 0; n > 1 && f->root[n - 1] == '/'; n--) {
		f->root[n - 1] = '\0';
	}
	return f->root ? VV_OK : vv_fail_nomem(err);
}

static vv_status prepare_login(sftp *f, const vv_url *url, const vv_connect_options *connect,
			       vv_error *err)
{
	vv_status rc;

	if ((rc = take_root(f, url, err)) < 0 ||
	    (rc = vv_ssh_library_config(&f->config, url, connect, err)) < 0) {
		return rc;
	}
	if (!(f->name = vv_strdup(url->text))) return vv_fail_nomem(err);
	f->login.name = f->name;
	f->login.seconds = vv_idle_sec(connect);
	f->options = connect;
	f->patience = vv_patience_of(connect);
	return VV_OK;
}

vv_status vv_sftp_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_auto(sftp) *f = NULL;
	vv_status rc;

	*out = (vv_place){0};
	if ((rc = vv_ssh_ready(err)) < 0) return rc;
	if (!(f = vv_calloc(1, sizeof(*f)))) return vv_fail_nomem(err);
	f->login.fd = -1;
	vv_place_quota_init(&f->quota, facts);
	f->mark = facts->mark;
	f->full = facts->full;
	if ((rc = prepare_login(f, url, connect, err)) < 0 || (rc = check_mark(f, make, err)) < 0) {
		return rc;
	}
	char *domain = vv_asprintf("host %s", f->config.host);
	return vv_place_make(out, &sftp_ops, vv_take(&f), domain, facts, err);
}
