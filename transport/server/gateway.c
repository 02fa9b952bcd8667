/*
 * gateway: the trustless gateway of IPFS: a block by its name, or all below it as a CAR.
 *
 * Source: specs.ipfs.tech/http-gateways/trustless-gateway (2026-03-05). The client trusts
 * nothing, so nothing but what was asked for is said; UnixFS paths are not walked.
 */
#include "transport/server/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/cid.h"
#include "transport/ipfs/car.h"
#include "transport/server/requested_form.h"
#include "transport/server/words.h"

#define EMPTY_CID "bafkqaaa" /* the empty block, whose name is its content: a probe */
#define FOR_EVER "max-age=29030400, immutable"

/* The CAR of the probe: {roots: [bafkqaaa], version: 1}, and no block. */
static const unsigned char empty_car[] = "\x19\xa2\x65roots\x81\xd8\x2a\x45\x00\x01\x55\x00\x00"
					 "\x67version\x01";

typedef struct wish {
	vv_requested_form form;
	vv_buf params[7]; /* as in names below */
	vv_buf filename;
	bool has_filename;
} wish;

static void wish_clear(wish *w)
{
	for (size_t i = 0; i < sizeof(w->params) / sizeof(w->params[0]); i++) {
		vv_buf_clear(&w->params[i]);
	}
	vv_buf_clear(&w->filename);
}

/* 200, or what to answer with err. */
static unsigned read_wish(const http_request *q, wish *w, vv_error *err)
{
	static const char *const names[] = {"format",      "dag-scope", "entity-bytes",
					    "car-version", "car-order", "car-dups"};
	const char *values[6];
	bool bad = false;
	vv_form_params p;

	for (size_t i = 0; i < 6; i++) {
		values[i] = http_parameter(q, names[i], &w->params[i], &bad)
				    ? vv_buf_cstr(&w->params[i])
				    : NULL;
	}
	w->has_filename = http_parameter(q, "filename", &w->filename, &bad);
	if (bad) {
		vv_fail(err, VV_EUSAGE, "a parameter that cannot be decoded");
		return MHD_HTTP_BAD_REQUEST;
	}
	p.format = values[0];
	p.scope = values[1];
	p.bytes = values[2];
	p.version = values[3];
	p.order = values[4];
	p.dups = values[5];
	p.accept = http_header(q, "Accept");
	return vv_requested_form_read(&w->form, &p, err);
}

static void add_disposition(const http_request *q, struct MHD_Response *response, const wish *w,
			    const char *cid)
{
	vv_buf name = VV_BUF_INIT;

	if (w->has_filename && w->filename.len > 0 && w->filename.len <= 200) {
		vv_http_encode(&name, w->filename.data, w->filename.len);
		http_add(q, response, "Content-Disposition", "attachment; filename*=UTF-8''%s",
			 vv_buf_cstr(&name));
	} else {
		http_add(q, response, "Content-Disposition", "attachment; filename=\"%s.%s\"", cid,
			 w->form.format == VV_FORM_CAR ? "car" : "bin");
	}
	vv_buf_clear(&name);
}

static void make_tag(char tag[96], const wish *w, const char *cid)
{
	if (w->form.format == VV_FORM_RAW) {
		(void)snprintf(tag, 96, "\"%s.raw\"", cid);
	} else {
		(void)snprintf(tag, 96, "W/\"%s.car.%s\"", cid, w->form.alone ? "block" : "all");
	}
}

static void add_block_headers(const http_request *q, struct MHD_Response *response, const wish *w,
			      const char *cid)
{
	bool car = w->form.format == VV_FORM_CAR;
	char tag[96];

	make_tag(tag, w, cid);
	http_add(q, response, "Content-Type", "%s",
		 car ? "application/vnd.ipld.car; version=1; order=dfs; dups=n"
		     : "application/vnd.ipld.raw");
	http_add(q, response, "Etag", "%s", tag);
	http_add(q, response, "Cache-Control", "%s, " FOR_EVER,
		 q->server->o.closed ? "private" : "public");
	http_add(q, response, "X-Ipfs-Path", "/ipfs/%s", cid);
	http_add(q, response, "X-Ipfs-Roots", "%s", cid);
	http_add(q, response, "Vary", "Accept");
	add_disposition(q, response, w, cid);
	if (w->form.by_accept) {
		http_add(q, response, "Content-Location", "/ipfs/%s?format=%s%s", cid,
			 car ? "car" : "raw", car && w->form.alone ? "&dag-scope=block" : "");
	}
	if (!car) {
		http_add(q, response, "Accept-Ranges", "bytes");
	}
}

static enum MHD_Result send_bytes(http_request *q, const wish *w, const char *cid,
				  const void *bytes, size_t len)
{
	struct MHD_Response *response;
	vv_http_range range;
	unsigned status = MHD_HTTP_OK;

	vv_http_range_read(&range, w->form.format == VV_FORM_RAW ? http_header(q, "Range") : NULL,
			   len);
	if (range.kind == VV_HTTP_UNSATISFIABLE) {
		range.from = range.len = 0;
		status = MHD_HTTP_RANGE_NOT_SATISFIABLE;
	} else if (range.kind == VV_HTTP_PART) {
		status = MHD_HTTP_PARTIAL_CONTENT;
	}
	/* libmicrohttpd copies, and does not write. */
	response = q->server->mhd->response_from_buffer(
		(size_t)range.len, (char *)(uintptr_t)bytes + range.from, MHD_RESPMEM_MUST_COPY);
	if (!response) {
		return MHD_NO;
	}
	q->out_bytes = range.len;
	add_block_headers(q, response, w, cid);
	if (status == MHD_HTTP_PARTIAL_CONTENT) {
		http_add(q, response, "Content-Range", "bytes %llu-%llu/%zu",
			 (unsigned long long)range.from,
			 (unsigned long long)(range.from + range.len - 1), len);
	} else if (status == MHD_HTTP_RANGE_NOT_SATISFIABLE) {
		http_add(q, response, "Content-Range", "bytes */%zu", len);
	}
	return http_send(q, status, response);
}

static vv_status write_car(http_request *q, vv_error *err)
{
	vv_car_write_options o = {.scope = q->alone ? VV_CAR_BLOCK : VV_CAR_ALL};
	vv_car_source source = vv_car_source_of(q->store);
	vv_status rc = vv_car_write(&source, &q->cid, &o, http_stream_out, q, NULL, err);

	if (rc < 0 && !vv_ring_stopped(q->stream.out)) {
		(void)snprintf(q->problem, sizeof(q->problem), "%.150s", err->message);
	}
	return rc;
}

static enum MHD_Result send_car(http_request *q, const wish *w, const char *cid)
{
	struct MHD_Response *response;

	q->alone = w->form.alone;
	if (strcmp(q->method, "HEAD") != 0 && !http_stream_start(q, write_car, false)) {
		return http_say_error(q, &q->stream.err);
	}
	response = http_stream_response(q, MHD_SIZE_UNKNOWN);
	if (!response) {
		return MHD_NO;
	}
	add_block_headers(q, response, w, cid);
	return http_send(q, MHD_HTTP_OK, response);
}

/* Which of the repositories has it, in a version that a branch or tag reaches? */
static vv_status find_store(http_request *q, vv_error *err)
{
	vv_status rc = VV_OK;
	bool shown;

	q->store = NULL;
	for (size_t i = 0; rc == VV_OK && !q->store && i < q->server->repository_count; i++) {
		const http_repository *r = &q->server->repositories[i];

		rc = vv_reachable_blocks(r->reach, &q->cid, 1, &shown, err);
		if (rc == VV_OK && shown) {
			q->store = r->store;
		}
	}
	return rc;
}

static enum MHD_Result say_absent(http_request *q)
{
	static const char text[] = "no branch or tag here reaches this block";
	const char *cache = http_header(q, "Cache-Control");

	return http_say(q,
			cache && strstr(cache, "only-if-cached") ? MHD_HTTP_PRECONDITION_FAILED
								 : MHD_HTTP_NOT_FOUND,
			"%s", text);
}

static enum MHD_Result send_block(http_request *q, const wish *w, const char *cid)
{
	vv_buf block = VV_BUF_INIT;
	enum MHD_Result result;
	vv_cid made;
	vv_error err;
	vv_status rc = vv_store_get(q->store, &q->cid, &block, &err);

	if (rc == VV_OK &&
	    (rc = vv_cid_of(&made, q->cid.codec, vv_buf_cstr(&block), block.len, &err)) == VV_OK &&
	    !vv_cid_equal(&made, &q->cid)) {
		rc = vv_fail(&err, VV_ECORRUPT, "block %s is damaged", cid);
	}
	result = rc < 0 ? http_say_error(q, &err)
			: send_bytes(q, w, cid, vv_buf_cstr(&block), block.len);
	vv_buf_clear(&block);
	return result;
}

static enum MHD_Result send_wish(http_request *q, const wish *w, const char *cid)
{
	struct MHD_Response *response;
	bool probe = strcmp(cid, EMPTY_CID) == 0;
	char tag[96];
	vv_error err;

	if (!probe && find_store(q, &err) < 0) {
		return http_say_error(q, &err);
	}
	if (!probe && !q->store) {
		return say_absent(q);
	}
	make_tag(tag, w, cid);
	if (vv_http_tag_named(http_header(q, "If-None-Match"), tag)) {
		response = http_empty(q);
		if (response) {
			add_block_headers(q, response, w, cid);
		}
		return http_send(q, MHD_HTTP_NOT_MODIFIED, response);
	}
	if (probe) {
		return w->form.format == VV_FORM_CAR
			       ? send_bytes(q, w, cid, empty_car, sizeof(empty_car) - 1)
			       : send_bytes(q, w, cid, "", 0);
	}
	return w->form.format == VV_FORM_CAR ? send_car(q, w, cid) : send_block(q, w, cid);
}

enum MHD_Result http_gateway(http_request *q, const char *rest)
{
	size_t len = strcspn(rest, "/");
	char cid[VV_CID_TEXT + 1];
	enum MHD_Result result;
	unsigned status;
	vv_error err;
	wish w;

	if (!http_is_get(q)) {
		return http_say_allow(q, "blocks are only read here");
	}
	if (vv_cid_parse(&q->cid, rest, len, &err) < 0 &&
	    (len != strlen(EMPTY_CID) || strncmp(rest, EMPTY_CID, len) != 0)) {
		return vv_http_is_cid(rest, len)
			       ? http_say(q, MHD_HTTP_NOT_FOUND,
					  "no block with this kind of CID is here")
			       : http_say(q, MHD_HTTP_BAD_REQUEST, "not a CID");
	}
	memcpy(cid, rest, len); /* both kinds are short enough */
	cid[len] = '\0';
	if (rest[len] == '/' && rest[len + 1] != '\0') {
		return http_say(q, MHD_HTTP_BAD_REQUEST,
				"blocks and whole CARs are served, not paths in them");
	}
	memset(&w, 0, sizeof(w));
	status = read_wish(q, &w, &err);
	result = status == 200 ? send_wish(q, &w, cid) : http_say(q, status, "%s", err.message);
	wish_clear(&w);
	return result;
}
