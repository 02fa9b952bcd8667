/*
 * check_pattern: the only file that knows PCRE2.
 */
#include "dataset/check_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/sys.h"

struct vv_pattern {
	pcre2_general_context *general;
	pcre2_compile_context *compiling;
	pcre2_code *code;
};

struct vv_pattern_scratch {
	pcre2_general_context *general;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	pcre2_jit_stack
		*stack; /* the 32 KiB that matching has by itself are too few for long texts */
};

static void *get(size_t size, void *unused)
{
	(void)unused;
	return vv_malloc(size);
}

static void put(void *p, void *unused)
{
	(void)unused;
	vv_free(p);
}

void vv_pattern_free(vv_pattern *p)
{
	if (p) {
		pcre2_code_free(p->code);
		pcre2_compile_context_free(p->compiling);
		pcre2_general_context_free(p->general);
		vv_free(p);
	}
}

vv_status vv_pattern_new(vv_pattern **out, const char *text, size_t len, vv_error *err)
{
	vv_pattern *p = vv_calloc(1, sizeof(*p));
	unsigned char why[160];
	size_t at = 0;
	int code = 0;
	vv_status rc = VV_OK;

	*out = NULL;
	if (!p)
		return vv_fail_nomem(err);
	p->general = pcre2_general_context_create(get, put, NULL);
	p->compiling = p->general ? pcre2_compile_context_create(p->general) : NULL;
	if (!p->compiling) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if (len > VV_PATTERN_MAX) {
		rc = vv_fail(err, VV_EINPUT, "is longer than %u bytes", VV_PATTERN_MAX);
		goto done;
	}
	pcre2_set_parens_nest_limit(p->compiling, 100);
	p->code = pcre2_compile((PCRE2_SPTR)text, len,
				PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
					PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
				&code, &at, p->compiling);
	if (!p->code) {
		if (code == PCRE2_ERROR_NOMEMORY || code == 121 /* heap allocation failed */) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		if (pcre2_get_error_message(code, why, sizeof(why)) < 0)
			why[0] = '\0';
		rc = vv_fail(err, VV_EINPUT, "is no regular expression: %s, at byte %zu",
			     (const char *)why, at);
		goto done;
	}
	/* without it (or the memory for it) matching is slower, no more */
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	*out = p;
done:
	if (rc < 0)
		vv_pattern_free(p);
	return rc;
}

void vv_pattern_scratch_free(vv_pattern_scratch *s)
{
	if (s) {
		pcre2_match_data_free(s->data);
		pcre2_jit_stack_free(s->stack);
		pcre2_match_context_free(s->limits);
		pcre2_general_context_free(s->general);
		vv_free(s);
	}
}

vv_pattern_scratch *vv_pattern_scratch_new(void)
{
	vv_pattern_scratch *s = vv_calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->general = pcre2_general_context_create(get, put, NULL);
	s->limits = s->general ? pcre2_match_context_create(s->general) : NULL;
	s->data = s->general ? pcre2_match_data_create(1, s->general) : NULL;
	s->stack = s->general ? pcre2_jit_stack_create(32u << 10, 1u << 20, s->general) : NULL;
	if (!s->limits || !s->data || !s->stack) {
		vv_pattern_scratch_free(s);
		return NULL;
	}
	pcre2_jit_stack_assign(s->limits, NULL, s->stack);
	pcre2_set_match_limit(s->limits, VV_PATTERN_STEPS);
	pcre2_set_depth_limit(s->limits, VV_PATTERN_STEPS);
	pcre2_set_heap_limit(s->limits, 16u << 10); /* KiB */
	return s;
}

int vv_pattern_match(const vv_pattern *p, vv_pattern_scratch *scratch, const char *s, size_t len)
{
	int rc = pcre2_match(p->code, (PCRE2_SPTR)(len > 0 ? s : ""), len, 0, PCRE2_NO_UTF_CHECK,
			     scratch->data, scratch->limits);

	if (rc >= 0)
		return 1;
	switch (rc) {
	case PCRE2_ERROR_NOMATCH:
		return 0;
	case PCRE2_ERROR_NOMEMORY:
		return VV_ENOMEM;
	default: /* match, depth, heap or machine stack limit */
		return VV_EREFUSED;
	}
}
