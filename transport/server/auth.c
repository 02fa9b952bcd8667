/*
 * auth: the user file, and what of it was proved lately.
 */
#include "transport/server/auth.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/server/secret_file.h"
#include "transport/server/words.h"

/* login: a table of the names at clients that were wrong lately or wait.
 *
 * One that is neither is forgotten. When the table is full, the one that has the most tries left
 * makes room; a check that waits is never forgotten.
 */

#define CLIENTS 256u
#define FULL_MS ((uint64_t)VV_LOGIN_WRONG * VV_LOGIN_AGAIN_MS)

typedef struct entry {
	vv_login_who who;
	unsigned waiting;
	uint64_t free_at_ms; /* when all of its tries are back; the past: all are */
	bool used;
} entry;

struct vv_login {
	vv_mutex *lock; /* the table */
	vv_mutex *slow; /* one check at a time */
	entry entries[CLIENTS];
	unsigned waiting;
};

vv_login *vv_login_new(void)
{
	vv_auto(vv_login) *l = vv_calloc(1, sizeof(*l));

	if (!l) return NULL;
	l->lock = vv_mutex_new();
	l->slow = vv_mutex_new();
	if (!l->lock || !l->slow) return NULL;
	return vv_take(&l);
}

void vv_login_free(vv_login *l)
{
	if (l) {
		vv_mutex_free(l->lock);
		vv_mutex_free(l->slow);
		vv_free(l);
	}
}

/* NULL: missing, and no space. *waiting: of the client, under all names. */
static entry *slot_of(vv_login *l, const vv_login_who *who, unsigned *waiting)
{
	entry *room = NULL, *found = NULL;

	*waiting = 0;

	for (unsigned i = 0; i < CLIENTS; i++) {
		entry *e = &l->entries[i];

		if (e->used && vv_address_same_client(&e->who.client, &who->client)) {
			*waiting += e->waiting;
			found = e->who.name == who->name ? e : found;
		}
		if (!e->used || (e->waiting == 0 &&
				 (!room || (room->used && e->free_at_ms < room->free_at_ms)))) {
			room = room && !room->used ? room : e;
		}
	}
	if (found || !room) return found;
	*room = (entry){.who = *who, .used = true};
	return room;
}

vv_status vv_login_begin(vv_login *l, const vv_login_who *who, vv_error *err)
{
	uint64_t now = vv_monotonic_ms();
	unsigned waiting;
	vv_status rc = VV_OK;

	vv_mutex_lock(l->lock);
	entry *e = slot_of(l, who, &waiting);
	if (!e || l->waiting >= VV_LOGIN_WAITING_ALL || e->waiting >= VV_LOGIN_WAITING ||
	    waiting >= VV_LOGIN_WAITING_CLIENT) {
		rc = vv_fail(err, VV_ELOCKED, "too many logins at once; try again later");
	} else if (e->free_at_ms > now &&
		   e->free_at_ms - now + (uint64_t)e->waiting * VV_LOGIN_AGAIN_MS >
			   FULL_MS - VV_LOGIN_AGAIN_MS) {
		rc = vv_fail(err, VV_ELOCKED, "too many wrong secrets; try again later");
	} else {
		e->waiting++;
		l->waiting++;
	}
	vv_mutex_unlock(l->lock);
	if (rc == VV_OK) {
		vv_mutex_lock(l->slow);
	}
	return rc;
}

void vv_login_end(vv_login *l, const vv_login_who *who, bool wrong)
{
	uint64_t now = vv_monotonic_ms();
	unsigned waiting;

	vv_mutex_unlock(l->slow);
	vv_auto(vv_locked) lock = vv_mutex_hold(l->lock);
	entry *e = slot_of(l, who, &waiting); /* there, since it waits */
	e->waiting--;
	l->waiting--;
	if (wrong) {
		e->free_at_ms = (e->free_at_ms > now ? e->free_at_ms : now) + VV_LOGIN_AGAIN_MS;
	}
}

#define FILE_MAX ((size_t)1 << 20)
#define PROVED 64
#define FRESH_SEC 2 /* a file changed so lately may change again within one tick of its clock */

typedef struct user {
	vv_http_user who;
	char *hash;
} user;

/* A header that was found right: its digest under a key of this process. */
typedef struct proof {
	uint8_t digest[VV_SHA256_LEN];
	vv_http_user who;
	bool used;
} proof;

struct vv_http_auth {
	char *file;
	vv_stat st;       /* of the file read last, accepted or not; links followed */
	bool has_st;      /* false: the file was missing */
	bool fresh;       /* st may hide a later change */
	vv_error trouble; /* why the current file was not accepted */
	bool has_trouble, tell_trouble;
	uint8_t content[VV_SHA256_LEN]; /* of the file that users came from */
	vv_mutex *lock;                 /* users, proofs */
	vv_login *login;
	user *users;
	size_t count;
	proof proofs[PROVED];
	unsigned next_proof;
	uint64_t generation; /* how often the file was read */
	uint8_t key[32];
	vv_buf nobody; /* a hash that belongs to no name, so that unknown ones take as long */
};

static void users_free(user *users, size_t count)
{
	vv_array_clear(users, count, u, vv_free(u->hash));
}

static vv_status bad_line(vv_error *err, const char *file, size_t line, const char *what)
{
	vv_fail(err, VV_EINPUT, "%s, line %zu: %s", vv_text_shows(file), line, what);
	return vv_hint_code(err, VV_HINT_HASH_SECRET);
}

static vv_status read_user(user *u, const char *text, size_t len, const char *file, size_t line,
			   vv_error *err)
{
	const char *end = text + len, *rights = memchr(text, ':', len);
	size_t name_len = rights ? (size_t)(rights - text) : 0;

	const char *hash = rights ? memchr(rights + 1, ':', (size_t)(end - rights - 1)) : NULL;
	if (!hash) return bad_line(err, file, line, "expected NAME:RIGHTS:HASH");
	if (name_len == 0 || name_len > VV_HTTP_NAME_MAX) {
		return bad_line(err, file, line, "a name must have 1 to 64 bytes");
	}
	if (vv_array_find(text, name_len, c, vv_is_control(*c))) {
		return bad_line(err, file, line, "a control character in the name");
	}
	if (hash - rights == 3 && memcmp(rights + 1, "rw", 2) == 0) {
		u->who.may_write = true;
	} else if (hash - rights != 2 || rights[1] != 'r') {
		return bad_line(err, file, line, "the rights must be r or rw");
	}
	hash++;
	if (!vv_secret_hash_valid(hash, (size_t)(end - hash))) {
		return bad_line(err, file, line, "expected a hash of a secret");
	}
	memcpy(u->who.name, text, name_len);
	u->hash = vv_strndup(hash, (size_t)(end - hash));
	return u->hash ? VV_OK : vv_fail_nomem(err);
}

static bool name_taken(const user *users, size_t count)
{
	return vv_array_find(users, count, u, strcmp(u->who.name, users[count].who.name) == 0) !=
	       NULL;
}

static vv_status parse_users(user **out, size_t *out_count, const vv_buf *text, const char *file,
			     vv_error *err)
{
	const char *p = vv_buf_cstr(text), *end = p + text->len;
	user *users = NULL;
	size_t count = 0, cap = 0, line = 0;
	vv_status rc = VV_OK;

	while (p < end && rc == VV_OK) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop ? stop : end) - p);

		line++;
		if (len > 0 && p[len - 1] == '\r') {
			len--;
		}
		if (!vv_array_room(users, count, cap)) {
			rc = vv_fail_nomem(err);
			break;
		}
		memset(&users[count], 0, sizeof(users[count]));
		if (len > 0 && *p != '#' &&
		    (rc = read_user(&users[count], p, len, file, line, err)) == VV_OK) {
			if (name_taken(users, count)) {
				rc = bad_line(err, file, line, "the file has this name twice");
			}
			count++;
		}
		p = stop ? stop + 1 : end;
	}
	if (rc < 0) {
		users_free(users, count);
		return rc;
	}
	*out = users;
	*out_count = count;
	return VV_OK;
}

/* Was it changed so recently that its times might not show another change? */
static bool is_fresh(const vv_stat *st)
{
	const int64_t sec = vv_now_sec();
	return sec - st->mtime_sec < FRESH_SEC || sec - st->ctime_sec < FRESH_SEC;
}

/* Reads the file; the current rules are kept on failure, and if the content is the same. */
static vv_status load_users(vv_http_auth *a, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	uint8_t content[VV_SHA256_LEN];
	user *users = NULL;
	size_t count = 0;

	memset(&a->st, 0, sizeof(a->st));
	vv_status rc = vv_secret_file_read(&text, &a->st, a->file, FILE_MAX, false, err);
	a->has_st = a->st.ino != 0;
	a->fresh = a->has_st && is_fresh(&a->st);
	if (rc < 0 || (rc = vv_sha256(content, text.data, text.len, err)) < 0 ||
	    (a->generation > 0 && memcmp(content, a->content, sizeof(content)) == 0) ||
	    (rc = parse_users(&users, &count, &text, a->file, err)) < 0) {
		return rc;
	}
	users_free(a->users, a->count);
	a->users = users;
	a->count = count;
	memcpy(a->content, content, sizeof(content));
	a->generation++;
	memset(a->proofs, 0, sizeof(a->proofs));
	return VV_OK;
}

vv_status vv_http_auth_open(vv_http_auth **out, const char *file, vv_error *err)
{
	vv_auto(vv_http_auth) *a = vv_calloc(1, sizeof(*a));
	vv_status rc;

	*out = NULL;
	if (!a) return vv_fail_nomem(err);
	*a = (vv_http_auth){
		.file = vv_strdup(file), .lock = vv_mutex_new(), .login = vv_login_new()};
	vv_random(a->key, sizeof(a->key));
	if (!a->file || !a->lock || !a->login) return vv_fail_nomem(err);
	if ((rc = vv_secret_hash(&a->nobody, a->key, sizeof(a->key), err)) < 0 ||
	    (rc = load_users(a, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &a);
}

void vv_http_auth_close(vv_http_auth *a)
{
	if (a) {
		users_free(a->users, a->count);
		vv_buf_clear(&a->nobody);
		vv_mutex_free(a->lock);
		vv_login_free(a->login);
		vv_free(a->file);
		vv_wipe(a->key, sizeof(a->key));
		vv_free(a);
	}
}

static vv_status digest_of(const vv_http_auth *a, const char *header, uint8_t out[VV_SHA256_LEN],
			   vv_error *err)
{
	vv_auto(vv_secret_buf) b = VV_BUF_INIT;

	vv_buf_put(&b, a->key, sizeof(a->key));
	vv_buf_puts(&b, header);
	const vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : vv_sha256(out, b.data, b.len, err);
}

static bool find_proof(const vv_http_auth *a, const uint8_t digest[VV_SHA256_LEN],
		       vv_http_user *out)
{
	for (unsigned i = 0; i < PROVED; i++) {
		if (a->proofs[i].used &&
		    vv_secret_equal(a->proofs[i].digest, digest, VV_SHA256_LEN)) {
			*out = a->proofs[i].who;
			return true;
		}
	}
	return false;
}

/* Reads the file again if it changed, also by a link with a new target; an invalid one leaves the
 * rules unchanged, and its fault is reported once. */
static void refresh_users(vv_http_auth *a)
{
	vv_error why;
	vv_stat st;
	vv_status rc = vv_secret_file_stat(&st, a->file, &why);
	bool told = a->has_trouble && rc < 0 && !a->has_st;

	if (rc == VV_OK && a->has_st && !a->fresh && vv_stat_equal(&st, &a->st)) return;
	if (rc == VV_OK) {
		told = a->has_trouble && a->has_st && vv_stat_equal(&st, &a->st);
		rc = load_users(a, &why);
	} else {
		a->has_st = false;
	}
	if (rc == VV_OK) {
		a->has_trouble = false;
	} else if (!told) {
		a->trouble = why;
		a->has_trouble = true;
		a->tell_trouble = true;
	}
}

bool vv_http_auth_trouble(vv_http_auth *a, vv_error *out)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(a->lock);
	bool tell = a->tell_trouble;
	a->tell_trouble = false;
	if (tell) {
		*out = a->trouble;
	}
	return tell;
}

static vv_status check_slowly(vv_http_auth *a, const vv_buf *name, const vv_buf *secret,
			      const uint8_t digest[VV_SHA256_LEN], vv_http_user *out, vv_error *err)
{
	bool fine = false;
	size_t i;

	vv_mutex_lock(a->lock);
	for (i = 0; i < a->count && strcmp(a->users[i].who.name, vv_buf_cstr(name)) != 0; i++) {
	}
	if (i < a->count) {
		*out = a->users[i].who;
	}
	vv_auto(char) *hash = vv_strdup(i < a->count ? a->users[i].hash : vv_buf_cstr(&a->nobody));
	uint64_t generation = a->generation;
	vv_mutex_unlock(a->lock);
	if (!hash) return vv_fail_nomem(err);
	vv_status rc = vv_secret_check(&fine, hash, strlen(hash), vv_buf_cstr(secret), secret->len,
				       err);
	if (rc < 0) return rc;
	if (!fine) return vv_fail(err, VV_EREFUSED, "wrong name or secret");
	vv_auto(vv_locked) lock = vv_mutex_hold(a->lock);
	if (generation == a->generation) {
		proof *p = &a->proofs[a->next_proof++ % PROVED];

		memcpy(p->digest, digest, VV_SHA256_LEN);
		p->who = *out;
		p->used = true;
	}
	return VV_OK;
}

/* Another request with the same header may have been found right while this one waited. */
static vv_status check_in_turn(vv_http_auth *a, const vv_buf *name, const vv_buf *secret,
			       const uint8_t digest[VV_SHA256_LEN], const vv_address *client,
			       vv_http_user *out, vv_error *err)
{
	vv_login_who who = {.client = *client};
	uint8_t hash[VV_SHA256_LEN];
	vv_status rc = digest_of(a, vv_buf_cstr(name), hash, err);

	if (rc < 0) return rc;
	memcpy(&who.name, hash, sizeof(who.name));
	if ((rc = vv_login_begin(a->login, &who, err)) < 0) return rc;
	vv_mutex_lock(a->lock);
	bool known = find_proof(a, digest, out);
	vv_mutex_unlock(a->lock);
	if (!known) {
		rc = check_slowly(a, name, secret, digest, out, err);
	}
	vv_login_end(a->login, &who, rc == VV_EREFUSED);
	return rc;
}

vv_status vv_http_auth_check(vv_http_auth *a, const char *header, const vv_address *client,
			     vv_http_user *out, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_auto(vv_secret_buf) secret = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc;

	if ((rc = digest_of(a, header, digest, err)) < 0) return rc;
	vv_mutex_lock(a->lock);
	refresh_users(a);
	bool known = find_proof(a, digest, out);
	vv_mutex_unlock(a->lock);
	if (known) return VV_OK;
	return vv_http_credentials(header, &name, &secret)
		       ? check_in_turn(a, &name, &secret, digest, client, out, err)
		       : vv_fail(err, VV_EREFUSED, "credentials of an unknown kind");
}
