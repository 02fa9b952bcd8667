/*
 * gateway: the gateway of IPFS: a block by its CID, the blocks below it as a CAR, a UnixFS file as
 * its bytes.
 *
 * Source: specs.ipfs.tech/http-gateways/trustless-gateway and path-gateway (2026-03-05). It serves
 * blocks of varve's store that readers may see, and of published UnixFS files, which are made on
 * request. docs/formats/http-api.md lists unsupported features.
 */
#include "transport/server/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/protocol/cid_text.h"
#include "transport/server/requested_form.h"
#include "transport/server/words.h"

#define FOR_EVER "max-age=29030400, immutable"
#define TAG_MAX 160u

enum { FORMAT, SCOPE, BYTES, VERSION, ORDER, DUPS, FILENAME, DOWNLOAD, PARAMS };

typedef struct wish {
	vv_requested_form form;
	vv_buf params[PARAMS];
	bool has[PARAMS];
	char *parts[VV_DAG_PATH_MAX]; /* of the path below the CID */
	size_t part_count;
	char cid[VV_CID_TEXT_MAX + 1]; /* where the path ends */
	vv_buf roots;                  /* of all blocks that the path leads through */
	char tag[TAG_MAX];
} wish;

static void wish_clear(wish *w)
{
	vv_array_each(w->params, PARAMS, it) {
		vv_buf_clear(it);
	}
	vv_array_each(w->parts, w->part_count, it) {
		vv_free(*it);
	}
	vv_buf_clear(&w->roots);
}

/* --- the request ----------------------------------------------------------------------- */

/* 200, or what to answer with err. */
static unsigned read_wish(const http_request *q, wish *w, vv_error *err)
{
	static const char *const names[] = {"format",    "dag-scope", "entity-bytes", "car-version",
					    "car-order", "car-dups",  "filename",     "download"};
	const char *values[PARAMS];
	bool bad = false;

	for (size_t i = 0; i < PARAMS; i++) {
		w->has[i] = http_parameter(q, names[i], &w->params[i], &bad);
		values[i] = w->has[i] ? vv_buf_cstr(&w->params[i]) : NULL;
	}
	if (bad) {
		vv_fail(err, VV_EUSAGE, "a parameter cannot be decoded");
		return MHD_HTTP_BAD_REQUEST;
	}
	const vv_form_params p = {
		.format = values[FORMAT],
		.scope = values[SCOPE],
		.bytes = values[BYTES],
		.version = values[VERSION],
		.order = values[ORDER],
		.dups = values[DUPS],
		.accept = http_header(q, "Accept"),
	};
	return vv_requested_form_read(&w->form, &p, err);
}

/* The parts between slashes, decoded; empty ones are ignored. */
static vv_status read_parts(wish *w, const char *text, vv_error *err)
{
	while (*text) {
		size_t len = strcspn(text, "/");
		vv_auto(vv_buf) part = VV_BUF_INIT;

		if (len > 0 && w->part_count == VV_DAG_PATH_MAX) {
			return vv_fail(err, VV_EUSAGE, "the path has more than %u parts",
				       VV_DAG_PATH_MAX);
		}
		if (len > 0 && !vv_http_decode(&part, text, len)) {
			return vv_fail(err, VV_EUSAGE, "the path cannot be decoded");
		}
		if (len > 0) {
			if (!(w->parts[w->part_count] = vv_buf_detach(&part))) {
				return vv_fail_nomem(err);
			}
			w->part_count++;
		}
		text += len + (text[len] == '/');
	}
	return VV_OK;
}

/* --- where it is ----------------------------------------------------------------------------- */

static vv_status get_stored(void *request, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	http_request *q = request;
	vv_cid made;
	vv_status rc;

	if ((rc = vv_store_get(q->store, cid, out, err)) < 0 ||
	    (rc = vv_cid_of(&made, cid->codec, vv_buf_cstr(out), out->len, err)) < 0) {
		return rc;
	}
	if (!vv_cid_equal(&made, cid)) {
		return vv_fail(err, VV_ECORRUPT, "block %s is damaged", vv_cid_shows(cid));
	}
	return VV_OK;
}

/* Which of the repositories has it, in a version that a branch or tag reaches or that was
 * published, or in a UnixFS file that was? */
static vv_status find_blocks(http_request *q, const vv_cid *cid, bool *found, vv_error *err)
{
	vv_status rc = VV_OK;
	int got = 0;

	*found = false;
	for (size_t i = 0; rc == VV_OK && !*found && i < q->server->repository_count; i++) {
		const http_repository *r = &q->server->repositories[i];

		q->store = r->store;
		q->published = NULL;
		if (cid->codec != VV_CODEC_DAG_PB &&
		    ((rc = vv_reachable_blocks(r->reach, cid, 1, found, err)) < 0 || *found)) {
			q->blocks = (vv_car_source){get_stored, q};
		} else if (cid->codec != VV_CODEC_DAG_CBOR && r->published &&
			   (got = vv_published_files_find(r->published, cid, &q->found, err)) > 0) {
			q->published = r->published;
			q->blocks = (vv_car_source){vv_published_files_get, r->published};
			*found = true;
		}
		rc = got < 0 ? (vv_status)got : rc;
	}
	return rc;
}

static enum MHD_Result say_absent(http_request *q, const char *what)
{
	const char *cache = http_header(q, "Cache-Control");

	return http_say(q,
			cache && strstr(cache, "only-if-cached") ? MHD_HTTP_PRECONDITION_FAILED
								 : MHD_HTTP_NOT_FOUND,
			"%s", what);
}

/* --- headers --------------------------------------------------------------------------------- */

static const char *name_of(const http_request *q, const wish *w)
{
	const vv_buf *given = &w->params[FILENAME];

	if (w->has[FILENAME] && given->len > 0 && given->len <= 200) return vv_buf_cstr(given);
	return w->form.format == VV_FORM_FILE && q->published ? q->found.name : "";
}

/* RFC 6266: a name of plain characters, and the whole of it where that is another. */
static void add_disposition(const http_request *q, struct MHD_Response *response, const wish *w)
{
	static const char *const endings[] = {".bin", ".car", ""};
	bool shown = w->form.format == VV_FORM_FILE &&
		     !(w->has[DOWNLOAD] && strcmp(vv_buf_cstr(&w->params[DOWNLOAD]), "true") == 0);
	const char *name = name_of(q, w);
	vv_auto(vv_buf) plain = VV_BUF_INIT, whole = VV_BUF_INIT;

	for (const char *p = name; *p; p++) {
		vv_buf_putc(&plain, *p < ' ' || *p > '~' || strchr("\"\\%", *p) ? '_' : *p);
	}
	if (strcmp(vv_buf_cstr(&plain), name) != 0 || strchr(name, ' ')) {
		vv_buf_puts(&whole, "; filename*=UTF-8''");
		vv_http_encode(&whole, name, strlen(name));
	}
	if (!*name) {
		vv_buf_printf(&plain, "%s%s", w->cid, endings[w->form.format]);
	}
	if (!plain.failed && !whole.failed) {
		http_add(response, "Content-Disposition", "%s; filename=\"%s\"%s",
			 shown ? "inline" : "attachment", vv_buf_cstr(&plain), vv_buf_cstr(&whole));
	}
}

/* A tag for each kind of request: it includes the path, since a CAR has the blocks above. */
static void make_tag(wish *w)
{
	static const char *const scopes[] = {"all", "entity", "block"};
	const vv_car_part *p = &w->form.part;
	char part[64] = "";
	size_t i;
	uint64_t hash = 0;

	if (w->form.format != VV_FORM_CAR) {
		(void)snprintf(w->tag, sizeof(w->tag), "\"%.70s%s\"", w->cid,
			       w->form.format == VV_FORM_RAW ? ".raw" : "");
		return;
	}
	for (i = 0; i < w->part_count; i++) {
		hash = vv_xxh3(w->parts[i], strlen(w->parts[i]) + 1, hash + 1);
	}
	if (p->given && w->form.scope == VV_CAR_ENTITY) {
		const char *to = p->to_back ? "e" : "";

		if (p->to_end) {
			to = "end";
		}
		(void)snprintf(part, sizeof(part), ".%s%llu-%s%llu", p->from_back ? "e" : "",
			       (unsigned long long)p->from, to, (unsigned long long)p->to);
	}
	i = (size_t)snprintf(w->tag, sizeof(w->tag), "W/\"%.70s.car.%s%s%s", w->cid,
			     scopes[w->form.scope], part, w->form.dups ? ".dups" : "");
	(void)snprintf(w->tag + i, sizeof(w->tag) - i, hash ? ".%016llx\"" : "\"",
		       (unsigned long long)hash);
}

static void add_location(const http_request *q, struct MHD_Response *response, const wish *w)
{
	static const char *const names[] = {"dag-scope", "entity-bytes"};
	vv_auto(vv_buf) at = VV_BUF_INIT;

	vv_buf_printf(&at, "%s?format=%s", q->path, w->form.format == VV_FORM_CAR ? "car" : "raw");
	for (size_t i = SCOPE; i <= BYTES && w->form.format == VV_FORM_CAR; i++) {
		if (w->has[i]) {
			vv_buf_printf(&at, "&%s=", names[i - SCOPE]);
			vv_http_encode(&at, w->params[i].data, w->params[i].len);
		}
	}
	if (w->form.dups) {
		vv_buf_puts(&at, "&car-dups=y");
	}
	if (!at.failed) {
		http_add(response, "Content-Location", "%s", vv_buf_cstr(&at));
	}
}

static const char *type_of(const http_request *q, const wish *w)
{
	switch (w->form.format) {
	case VV_FORM_CAR:
		return w->form.dups ? "application/vnd.ipld.car; version=1; order=dfs; dups=y"
				    : "application/vnd.ipld.car; version=1; order=dfs; dups=n";
	case VV_FORM_RAW:
		return "application/vnd.ipld.raw";
	default:
		return vv_http_type_of(name_of(q, w));
	}
}

static void add_headers(const http_request *q, struct MHD_Response *response, const wish *w)
{
	http_add(response, "Content-Type", "%s", type_of(q, w));
	http_add(response, "Etag", "%s", w->tag);
	http_add(response, "Cache-Control", "%s, " FOR_EVER,
		 q->server->o.closed ? "private" : "public");
	http_add(response, "X-Ipfs-Path", "%s", q->path);
	http_add(response, "X-Ipfs-Roots", "%s", vv_buf_cstr(&w->roots));
	http_add(response, "Vary", "Accept");
	add_disposition(q, response, w);
	if (w->form.by_accept) {
		add_location(q, response, w);
	}
	if (w->form.format != VV_FORM_CAR) {
		http_add(response, "Accept-Ranges", "bytes");
	}
	if (w->form.format == VV_FORM_FILE) {
		/* A published page must not act in this server's name. */
		http_add(response, "Content-Security-Policy", "sandbox; default-src 'none'");
	}
}

/* --- ranges ------------------------------------------------------------------------------------ */

/* With several ranges only the first is served, as in other gateways. */
static void read_range(const http_request *q, const wish *w, vv_http_range *out, uint64_t size)
{
	const char *value = http_header(q, "Range");
	bool wanted = value && w->form.format != VV_FORM_CAR &&
		      vv_http_tag_same(http_header(q, "If-Range"), w->tag);
	vv_auto(char) *first = wanted ? vv_strndup(value, strcspn(value, ",")) : NULL;

	vv_http_range_read(out, first, size);
	if (out->kind == VV_HTTP_UNSATISFIABLE) {
		out->from = out->len = 0;
	}
}

static enum MHD_Result send_part(http_request *q, const wish *w, struct MHD_Response *response,
				 const vv_http_range *range, uint64_t size)
{
	if (!response) return MHD_NO;
	add_headers(q, response, w);
	http_add_range(response, range, size);
	return http_send(q,
			 range->kind == VV_HTTP_PART            ? MHD_HTTP_PARTIAL_CONTENT
			 : range->kind == VV_HTTP_UNSATISFIABLE ? MHD_HTTP_RANGE_NOT_SATISFIABLE
								: MHD_HTTP_OK,
			 response);
}

static enum MHD_Result send_bytes(http_request *q, const wish *w, const void *bytes, size_t len)
{
	vv_http_range range;

	read_range(q, w, &range, len);
	/* libmicrohttpd copies, and does not write. */
	struct MHD_Response *response = MHD_create_response_from_buffer(
		(size_t)range.len, (char *)(uintptr_t)bytes + range.from, MHD_RESPMEM_MUST_COPY);
	q->out_bytes = range.len;
	return send_part(q, w, response, &range, len);
}

/* --- answers --------------------------------------------------------------------------------- */

/* Room for making the bytes [from, from + len) of the file. True: an answer was queued instead. */
static bool is_too_costly(http_request *q, uint64_t from, uint64_t len, enum MHD_Result *result)
{
	const vv_file_maker *files = q->server->handlers.files;
	uint64_t cost = 0;
	vv_error err;

	if (!q->published || !files->cost || len == 0 || strcmp(q->method, "HEAD") == 0) {
		return false;
	}
	if (files->cost(files->payload, q->store, &q->found.version, from, len, &cost, &err) < 0) {
		*result = http_say_error(q, &err);
		return true;
	}
	return http_rows_refused(q, cost, "", result);
}

static vv_status write_car(http_request *q, vv_error *err)
{
	return vv_car_write(&q->blocks, &q->route.blocks[q->route.count - 1], &q->car,
			    http_stream_out, q, NULL, err);
}

static enum MHD_Result send_car(http_request *q, const wish *w)
{
	enum MHD_Result result;

	q->car = (vv_car_write_options){.scope = w->form.scope,
					.part = w->form.part,
					.dups = w->form.dups,
					.above = q->route.blocks,
					.above_count = q->route.count - 1};
	if (is_too_costly(q, q->found.at.from, q->found.at.len, &result)) return result;
	if (strcmp(q->method, "HEAD") != 0 && !http_stream_start(q, write_car, false)) {
		return http_say_error(q, &q->stream.err);
	}
	struct MHD_Response *response = http_stream_response(q, MHD_SIZE_UNKNOWN);
	if (!response) return MHD_NO;
	add_headers(q, response, w);
	return http_send(q, MHD_HTTP_OK, response);
}

static enum MHD_Result send_block(http_request *q, const wish *w)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	enum MHD_Result result;
	vv_error err;

	if (q->published && q->found.at.height == 0 &&
	    is_too_costly(q, q->found.at.from, q->found.at.len, &result)) {
		return result;
	}
	if (q->blocks.get(q->blocks.payload, &q->route.blocks[q->route.count - 1], &block, &err) <
	    0) {
		return http_say_error(q, &err);
	}
	return send_bytes(q, w, vv_buf_cstr(&block), block.len);
}

static vv_status write_file(http_request *q, vv_error *err)
{
	const vv_file_maker *files = q->server->handlers.files;

	return files->range(files->payload, q->store, &q->found.version, q->found.at.from + q->from,
			    q->len, http_stream_out, q, err);
}

static enum MHD_Result send_file(http_request *q, const wish *w)
{
	uint64_t size = q->found.at.len;
	struct MHD_Response *response;
	enum MHD_Result result;
	vv_http_range range;

	read_range(q, w, &range, size);
	q->from = range.from;
	q->len = range.len;
	if (is_too_costly(q, q->found.at.from + q->from, q->len, &result)) return result;
	if (q->len == 0) {
		response = http_empty();
	} else {
		if (strcmp(q->method, "HEAD") != 0 && !http_stream_start(q, write_file, false)) {
			return http_say_error(q, &q->stream.err);
		}
		response = http_stream_response(q, q->len);
	}
	return send_part(q, w, response, &range, size);
}

/* True: the client has it; an answer was queued. */
static bool is_known(http_request *q, const wish *w, enum MHD_Result *result)
{
	if (!vv_http_tag_named(http_header(q, "If-None-Match"), w->tag)) return false;
	struct MHD_Response *response = http_empty();
	if (response) {
		add_headers(q, response, w);
	}
	*result = http_send(q, MHD_HTTP_NOT_MODIFIED, response);
	return true;
}

/* Follows the path, which begins at a block that was found. 200, or what to answer with err. */
static unsigned follow_path(http_request *q, wish *w, const vv_cid *root, vv_error *err)
{
	vv_status rc = vv_dag_path_follow(&q->route, &q->blocks, root, w->parts, w->part_count,
					  err);
	if (rc < 0) {
		if (rc == VV_ENOTFOUND || rc == VV_EMISSING) return MHD_HTTP_NOT_FOUND;
		return rc == VV_EREFUSED ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	const vv_cid *end = &q->route.blocks[q->route.count - 1];
	vv_array_each(q->route.blocks, q->route.count, it) {
		vv_buf_printf(&w->roots, "%s%s", it > q->route.blocks ? "," : "", vv_cid_shows(it));
	}
	vv_cid_text(w->cid, end);
	if (vv_buf_ok(&w->roots, err) < 0) return MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (w->form.format == VV_FORM_RAW && q->route.inside) {
		vv_fail(err, VV_EUSAGE,
			"the path leads into a block, and only whole blocks are "
			"served");
		return MHD_HTTP_BAD_REQUEST;
	}
	if (w->form.format == VV_FORM_FILE && end->codec == VV_CODEC_DAG_CBOR) {
		vv_fail(err, VV_EUSAGE,
			"this is not a file: request it with ?format=raw or ?format=car, or with "
			"Accept: application/vnd.ipld.raw or application/vnd.ipld.car");
		return MHD_HTTP_BAD_REQUEST;
	}
	return MHD_HTTP_OK;
}

static enum MHD_Result send_wish(http_request *q, wish *w, const vv_cid *root)
{
	enum MHD_Result result;
	vv_error err;
	bool found;

	if (find_blocks(q, root, &found, &err) < 0) return http_say_error(q, &err);
	if (!found) {
		return say_absent(q, "this block belongs to no branch, tag or published version of "
				     "this server's repositories");
	}
	unsigned status = follow_path(q, w, root, &err);
	if (status == MHD_HTTP_INTERNAL_SERVER_ERROR) return http_say_error(q, &err);
	if (status != MHD_HTTP_OK) return http_say(q, status, "%s", err.message);
	make_tag(w);
	if (is_known(q, w, &result)) return result;
	if (w->form.format == VV_FORM_CAR) return send_car(q, w);
	return w->form.format == VV_FORM_FILE && q->published ? send_file(q, w) : send_block(q, w);
}

/* --- identity CIDs, which contain their block ------------------------------------------------- */

/* {roots: [it], version: 1}, and no block. */
static void put_identity_car(vv_buf *out, const vv_foreign_cid *c)
{
	vv_auto(vv_buf) cid = VV_BUF_FOR(out), header = VV_BUF_FOR(out);

	vv_buf_puts(&cid, "\x01");
	vv_buf_put_varint(&cid, c->codec);
	vv_buf_putc(&cid, 0);
	vv_buf_put_varint(&cid, c->digest_len);
	vv_buf_put(&cid, c->digest, c->digest_len);
	vv_buf_put(&header, "\xa2\x65roots\x81\xd8\x2a", 10);
	if (cid.len + 1 < 24) {
		vv_buf_putc(&header, (int)(0x41 + cid.len));
	} else {
		vv_buf_putc(&header, 0x58);
		vv_buf_putc(&header, (int)(cid.len + 1));
	}
	vv_buf_putc(&header, 0);
	vv_buf_put(&header, cid.data, cid.len);
	vv_buf_puts(&header, "\x67version\x01");
	vv_buf_put_varint(out, header.len);
	vv_buf_put(out, header.data, header.len);
}

static enum MHD_Result send_identity(http_request *q, wish *w, const vv_foreign_cid *c,
				     const char *text, size_t len)
{
	enum MHD_Result result;
	vv_auto(vv_buf) car = VV_BUF_INIT;

	if (w->part_count > 0 || c->codec != VV_CODEC_RAW) {
		return say_absent(q, w->part_count > 0
					     ? "the block of this CID has no files below it"
					     : "this server has no block with this kind of CID");
	}
	(void)snprintf(w->cid, sizeof(w->cid), "%.*s", (int)len, text);
	vv_buf_puts(&w->roots, w->cid);
	make_tag(w);
	if (is_known(q, w, &result)) return result;
	if (w->form.format != VV_FORM_CAR) return send_bytes(q, w, c->digest, c->digest_len);
	put_identity_car(&car, c);
	result = car.failed ? MHD_NO : send_bytes(q, w, vv_buf_cstr(&car), car.len);
	return result;
}

enum MHD_Result http_gateway(http_request *q, const char *rest)
{
	const char *worker = http_header(q, "Service-Worker");
	size_t len = strcspn(rest, "/");
	enum MHD_Result result;
	vv_foreign_cid foreign;
	vv_error err;
	vv_cid root;
	wish w = {0};

	if (!http_is_get(q)) return http_say_allow(q, "this address accepts only GET and HEAD");
	if (worker && vv_ascii_equal(worker, "script")) {
		return http_say(q, MHD_HTTP_BAD_REQUEST,
				"this server does not serve scripts for "
				"service workers");
	}
	if (!vv_cid_text_read(&foreign, rest, len)) {
		return http_say(q, MHD_HTTP_BAD_REQUEST, "not a CID");
	}
	unsigned status = read_wish(q, &w, &err);
	if (status == MHD_HTTP_OK && read_parts(&w, rest + len, &err) < 0) {
		status = MHD_HTTP_BAD_REQUEST;
	}
	if (status != MHD_HTTP_OK) {
		result = http_say(q, status, "%s", err.message);
	} else if (vv_cid_text_is_identity(&foreign)) {
		result = send_identity(q, &w, &foreign, rest, len);
	} else if (!vv_cid_text_own(&root, &foreign)) {
		result = say_absent(q, "this server has no block with this kind of CID");
	} else {
		result = send_wish(q, &w, &root);
	}
	wish_clear(&w);
	return result;
}
