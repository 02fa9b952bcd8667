/*
 * holder_open: recognizes a URL's kind, and sends requests to servers.
 */
#include "cmd/vault/sealed/holder_open.h"

#include "base/array.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_message.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/sealed/holder.h"
#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place_kinds.h"
#include "transport/protocol/connect.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/peer.h"

#include <string.h>
#include <unistd.h>

/* server_holder: turns each holder operation into a request to a server. */

#define ANSWER_BUDGET (VV_FRAME_MAX + (1u << 20))
#define PACE 2000u /* bytes per second, unless the user set a time limit */

typedef struct server {
	vv_url url;
	const vv_connect_options *connect;
	vv_connect_options service; /* the same, for the command that keeps copies; the line's */
	vv_channel *line;           /* NULL: none is open */
	vv_arena arena;             /* of the last answer, with the names in it */
	vv_buf answer;              /* the last one */
	uint8_t key[VV_KEY_PUBLIC];
	vv_key self;
	bool has_self;
} server;

/* --- asking -------------------------------------------------------------------------------------- */

static void hang_up(server *s)
{
	if (s->line) {
		vv_channel_close(s->line);
		s->line = NULL;
	}
}

/* One request and its answer, whose bytes are in s->answer until the next. */
static vv_status ask_once(server *s, const vv_hold_message *q, vv_hold_message *a, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_status rc;

	vv_arena_reset(&s->arena);
	vv_buf_clear(&s->answer);
	vv_frame_reader_init(&in, s->line, ANSWER_BUDGET);
	in.skips_alive = true;
	in.works.max_ms = vv_peer_works_ms(&s->service);
	if ((rc = vv_hold_request_write(s->line, q, err)) < 0 ||
	    (rc = vv_frame_end(s->line, err)) < 0 || (rc = vv_frame_read_message(&in, err)) < 0) {
		return rc;
	}
	s->answer = in.payload;
	in.payload = (vv_buf){0}; /* reading on would write over it */
	rc = vv_hold_answer_read(a, q->op, &s->arena, s->answer.data, s->answer.len, err);
	return rc < 0 ? rc : vv_frame_read_last(&in, err);
}

/* A line that was idle for long has ended: every request may be sent again. */
static vv_status send_request(server *s, const vv_hold_message *q, vv_hold_message *a,
			      vv_error *err)
{
	bool fresh;
	vv_status rc;

	do {
		fresh = s->line == NULL;
		if (fresh) {
			s->service = *s->connect;
			s->service.service = "vault serve";
			/* it computes nothing, and sends signs of life during work */
			const bool usual = s->service.idle_sec == 0 && s->service.usual_sec == 0;
			if (usual) {
				s->service.usual_sec = s->service.beside ? VV_FILES_BESIDE
									 : VV_FIRST_DEFAULT;
			}
			if ((rc = vv_connect(&s->line, &s->url, &s->service, err)) < 0) return rc;
			if (usual) {
				vv_channel_pace(s->line, PACE, vv_idle_sec(&s->service));
			}
		}
		rc = ask_once(s, q, a, err);
		if (rc < 0 && (!err->answered || vv_channel_done(s->line, NULL) < 0)) {
			hang_up(s);
		}
	} while (rc == VV_EIO && !err->silent && !fresh && !s->line);
	/* it is reachable: a failed request (its disk is full) does not rule out others */
	if (rc == VV_EIO && s->line) {
		rc = vv_recode(err, VV_EREFUSED);
		err->failed = true;
	}
	return rc;
}

/* --- names ---------------------------------------------------------------------------------------- */

/* "<vault>/rest" in its parts; rest is borrowed. */
static vv_status split_name(const char *name, vv_cid *vault, const char **rest, vv_error *err)
{
	const char *slash = strchr(name, '/');
	vv_status rc = slash ? vv_cid_parse(vault, name, (size_t)(slash - name), err)
			     : vv_fail(err, VV_EUSAGE, "'%s' is in no vault", vv_text_shows(name));

	*rest = slash ? slash + 1 : name;
	return rc;
}

static vv_status shard_of(const char *rest, vv_cid *out, vv_error *err)
{
	return strncmp(rest, "shards/", 7) == 0
		       ? vv_cid_parse(out, rest + 7, strlen(rest + 7), err)
		       : vv_fail(err, VV_EREFUSED,
				 "'%s' is not a shard: a server removes only shards, never records",
				 vv_text_shows(rest));
}

/* --- a holder's operations
 * ----------------------------------------------------------------------------- */

static vv_status server_put_records(void *payload, const vv_cid *vault,
				    const vv_hold_bytes *records, size_t count, vv_error *err)
{
	vv_hold_message q = {.op = VV_HOLD_RECORDS, .vault = *vault}, a;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i += q.record_count) {
		size_t bytes = records[i].len;
		q.records = records + i;
		q.record_count = 1;
		while (i + q.record_count < count && q.record_count < VV_HOLD_RECORDS_MAX &&
		       (bytes += q.records[q.record_count].len) <= VV_HOLD_RECORDS_BYTES) {
			q.record_count++;
		}
		rc = send_request(payload, &q, &a, err);
	}
	return rc;
}

static vv_status server_put(void *payload, const char *name, const void *bytes, size_t len,
			    vv_error *err)
{
	const vv_hold_bytes record = {bytes, len};
	vv_hold_message q = {.op = VV_HOLD_PUT, .bytes = {bytes, len}};
	const char *rest;
	vv_hold_message a;
	const vv_status rc = split_name(name, &q.vault, &rest, err);

	if (rc < 0) return rc;
	if (strncmp(rest, "records/", 8) == 0) {
		return server_put_records(payload, &q.vault, &record, 1, err);
	}
	return send_request(payload, &q, &a, err);
}

static vv_status server_get(void *payload, const char *name, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err)
{
	vv_hold_message q = {.op = VV_HOLD_GET, .from = from};
	vv_hold_message a;
	vv_status rc = split_name(name, &q.vault, &q.name, err);

	do {
		q.size = len < VV_HOLD_PART ? len : VV_HOLD_PART;
		if (rc < 0 || (rc = send_request(payload, &q, &a, err)) < 0) return rc;
		if (a.bytes.len > q.size) {
			return vv_fail(err, VV_ECORRUPT, "it sent more than was requested");
		}
		vv_buf_put(out, a.bytes.bytes, a.bytes.len);
		q.from += a.bytes.len;
		len -= a.bytes.len;
	} while (len > 0 && a.bytes.len == q.size);
	return vv_buf_ok(out, err);
}

/* A server lists vaults to a client that proves one of their keys. */
static vv_status list_vaults(server *s, vv_listed_fn fn, void *to, vv_error *err)
{
	uint8_t bytes[VV_HOLD_VAULTS_BYTES];
	char text[VV_CID_TEXT + 1];
	vv_hold_message q = {.op = VV_HOLD_VAULTS};
	vv_hold_message a;
	vv_status rc;

	if (!s->has_self) {
		return vv_fail(
			err, VV_EREFUSED,
			"a server lists a vault only to the vault's keys, and no key was given");
	}
	q.time = (uint64_t)vv_now_sec();
	memcpy(q.key, s->self.public_key, VV_KEY_PUBLIC);
	vv_hold_vaults_bytes(bytes, s->key, q.time);
	if ((rc = vv_key_sign(q.signature, &s->self, VV_VAULTS_PURPOSE, bytes, sizeof(bytes),
			      err)) < 0 ||
	    (rc = send_request(s, &q, &a, err)) < 0) {
		return rc;
	}
	vv_array_each(a.vaults, a.vault_count, vault) {
		vv_cid_text(text, vault);
		const vv_listed e = {.name = text, .size = UINT64_MAX};
		if ((rc = fn(to, &e, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status server_list(void *payload, const char *folder, vv_listed_fn fn, void *to,
			     vv_error *err)
{
	server *s = payload;
	vv_hold_message q = {.op = VV_HOLD_LIST, .after = ""};
	vv_hold_message a = {.more = true};
	char last[VV_HOLD_NAME_MAX + 1] = "";
	vv_status rc = *folder ? split_name(folder, &q.vault, &q.name, err) : VV_OK;

	if (!*folder) return list_vaults(s, fn, to, err);
	while (rc == VV_OK && a.more && (rc = send_request(s, &q, &a, err)) == VV_OK) {
		/* fn may send other requests meanwhile */
		vv_auto(vv_arena) names = s->arena;
		(void)names;
		s->arena = (vv_arena)VV_ARENA_INIT;
		if (a.name_count == 0 && a.more) {
			return vv_fail(err, VV_ECORRUPT, "its list is too long");
		}
		if (a.name_count > 0 && strcmp(a.names[0].name, q.after) <= 0) {
			return vv_fail(err, VV_ECORRUPT, "its list repeats names");
		}
		vv_array_each(a.names, a.name_count, it) {
			const vv_listed e = {.name = it->name, .size = it->size};
			if ((rc = fn(to, &e, err)) < 0) return rc;
		}
		if (a.name_count > 0) {
			const char *end = a.names[a.name_count - 1].name;
			memcpy(last, end, strlen(end) + 1); /* VV_HOLD_NAME_MAX was checked */
			q.after = last;
		}
	}
	return rc;
}

static vv_status server_remove(void *payload, const char *name, vv_error *err)
{
	vv_hold_message q = {.op = VV_HOLD_REMOVE};
	const char *rest;
	vv_hold_message a;
	vv_status rc;

	if ((rc = split_name(name, &q.vault, &rest, err)) < 0 ||
	    (rc = shard_of(rest, &q.shard, err)) < 0) {
		return rc;
	}
	return send_request(payload, &q, &a, err);
}

static vv_status server_audit(void *payload, const char *name, const vv_shard *s, unsigned leaf,
			      vv_buf *out, vv_error *err)
{
	vv_hold_message q = {.op = VV_HOLD_AUDIT, .leaf = leaf, .shard = s->cid};
	const char *rest;
	vv_hold_message a;
	vv_status rc;

	if ((rc = split_name(name, &q.vault, &rest, err)) < 0 ||
	    (rc = send_request(payload, &q, &a, err)) < 0) {
		return rc;
	}
	if (a.shown.len != VV_LEAF || a.path.len > VV_LEAF_PATH_MAX * VV_LEAF_HASH) {
		return vv_fail(err, VV_ECORRUPT, "it sent %zu bytes for a leaf, which has %u",
			       a.shown.len, VV_LEAF);
	}
	vv_buf_put(out, a.shown.bytes, a.shown.len);
	vv_buf_put(out, a.path.bytes, a.path.len);
	return vv_buf_ok(out, err);
}

static vv_status server_receipt(void *payload, const vv_cid *vault, const vv_cid *place,
				uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err)
{
	vv_hold_message q = {.op = VV_HOLD_RECEIPT, .vault = *vault, .place = *place};
	vv_hold_message a;
	vv_status rc = send_request(payload, &q, &a, err);

	if (rc == VV_OK) {
		*until = a.until;
		memcpy(signature, a.signature, VV_SIGNATURE);
	}
	return rc;
}

static void server_close(void *payload)
{
	server *s = payload;

	hang_up(s);
	vv_buf_clear(&s->answer);
	vv_arena_clear(&s->arena);
	vv_key_wipe(&s->self);
	vv_url_clear(&s->url);
	vv_free(s);
}

static const vv_place_ops place_ops = {.put = server_put,
				       .get = server_get,
				       .list = server_list,
				       .remove = server_remove,
				       .close = server_close};

static const vv_holder_server_ops server_ops = {.put_records = server_put_records,
						.audit = server_audit,
						.receipt = server_receipt};

/* --- opening it ----------------------------------------------------------------------------------------- */

/* A server with another key at that address is a different one, or lost its key. */
static vv_status check_key(const server *s, const vv_holder_config *c, vv_error *err)
{
	uint8_t known[VV_KEY_PUBLIC];
	vv_status rc;

	if (!c->key) return VV_OK;
	if ((rc = vv_did_read(known, c->key, err)) < 0) {
		return vv_prefix(err, "the key in the settings");
	}
	if (memcmp(known, s->key, VV_KEY_PUBLIC) == 0) return VV_OK;
	return vv_fail(
		err, VV_EREFUSED,
		"%s signs with another key: %s instead of %s\nanother machine may have this address; if the server was set up again, run 'varve vault holder add %s URL --key %s', then 'varve vault audit'",
		s->url.text, vv_did_shows(s->key), c->key, vv_text_shows(c->name),
		vv_did_shows(s->key));
}

static vv_status greet_server(server *s, vv_error *err)
{
	const vv_hold_message q = {.op = VV_HOLD_HELLO, .version = VV_HOLD_VERSION};
	vv_hold_message a;
	vv_status rc = send_request(s, &q, &a, err);

	if (rc == VV_OK && a.version != VV_HOLD_VERSION) {
		rc = vv_fail(err, VV_ENOSUPPORT,
			     "%s uses version %llu of the protocol for copies, "
			     "not %u",
			     s->url.text, (unsigned long long)a.version, VV_HOLD_VERSION);
	}
	if (rc == VV_OK) {
		memcpy(s->key, a.key, VV_KEY_PUBLIC);
	}
	return rc;
}

/* A relay joins machines of many owners, which do not fail together. */
static char *find_domain(const server *s)
{
	return s->url.kind == VV_URL_RELAY ? vv_asprintf("machine %s", vv_did_key_shows(s->key))
					   : vv_asprintf("host %s", s->url.host);
}

/* The identity of the client, and the settings for the server. */
typedef struct server_facts {
	const vv_holder_config *config;
	const vv_key *self;
} server_facts;

/* Connects. connect is borrowed until close. VV_ENOSUPPORT: it cannot keep copies; VV_EREFUSED: it does
 * not, or has another key than before. */
static vv_status open_server(vv_place *out, const vv_url *url, const void *payload,
			     const vv_place_facts *facts, const vv_connect_options *connect,
			     vv_error *err)
{
	const server_facts *f = payload;
	server *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	if (!s) return vv_fail_nomem(err);
	s->connect = connect;
	if (f->self) {
		s->self = *f->self;
		s->has_self = true;
	}
	if ((rc = vv_url_read(&s->url, url->text, err)) < 0 || (rc = greet_server(s, err)) < 0 ||
	    (rc = check_key(s, f->config, err)) < 0) {
		server_close(s);
		return rc;
	}
	return vv_place_make(out, &place_ops, s, find_domain(s), facts, err);
}

static bool shard_sized(uint64_t size)
{
	return size % vv_shard_len(1) == 0 && vv_leaves_valid(size / vv_shard_len(1));
}

vv_status vv_vault_place_open(vv_place *out, const vv_holder_config *c, const vv_key *self,
			      const vv_connect_options *connect, bool make, vv_error *err)
{
	const server_facts asker = {c, self};
	const vv_place_facts f = {.domain = c->domain,
				  .quota = c->quota,
				  .mark = &vv_hold_mark,
				  .more = VV_HINT_HOLDER_ROOM,
				  .full = VV_HINT_HOLDER_ROOM,
				  .ours = shard_sized};
	const vv_place_choice holder = {
		.use = VV_URL_HOLDS,
		.otherwise = "cannot be a holder",
		.further = ", or a varve server at http, https, ssh, relay+https or host:path",
		.server = open_server,
		.payload = &asker,
	};
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, c->url, err);

	return rc < 0 ? rc : vv_place_open(out, &u, &holder, &f, connect, make, err);
}

vv_status vv_vault_holder_url(char **out, const char *text, vv_error *err)
{
	char cwd[4096];
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, text, err);

	*out = NULL;
	if (rc < 0) return rc;
	if (u.secret) {
		return vv_fail(
			err, VV_EUSAGE,
			"a holder's URL must not contain a password, since every copy contains the URL\nstore the password in git's credential helper: echo url=URL | git credential approve");
	}
	if (u.kind == VV_URL_PATH && !getcwd(cwd, sizeof(cwd))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	}
	*out = u.kind == VV_URL_PATH ? vv_path_absolute(cwd, u.path) : vv_strdup(text);
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_config *c, const vv_key *self,
			       const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_place place = {0};
	vv_status rc = vv_vault_place_open(&place, c, self, connect, make, err);
	const server *s = place.ops == &place_ops ? place.payload : NULL;

	*out = NULL;
	rc = rc < 0 ? rc : vv_vault_holder_new(out, &place, c->name, err);
	if (rc == VV_OK && s) {
		vv_vault_holder_set_server(*out, &server_ops, s->key);
	}
	return rc < 0 ? vv_prefix(err, "holder '%s'", vv_text_shows(c->name)) : VV_OK;
}
