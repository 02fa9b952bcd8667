/* nameser: the part of the header of macOS that transport/line/txt.c uses. zig does not include
 * this header. */
#ifndef ARPA_NAMESER_H
#define ARPA_NAMESER_H

#include <stdint.h>

#define ns_initparse res_9_ns_initparse
#define ns_parserr res_9_ns_parserr
#define ns_msg_count(m, section) ((m)._counts[section] + 0)
#define ns_rr_type(record) ((ns_type)(record).type)
#define ns_rr_rdlen(record) ((record).rdlength + 0)
#define ns_rr_rdata(record) ((record).rdata + 0)

typedef enum ns_sect { ns_s_qd, ns_s_an, ns_s_ns, ns_s_ar, ns_s_max } ns_sect;
typedef enum ns_type { ns_t_txt = 16, ns_t_max = 65536 } ns_type;
enum { ns_o_query = 0, ns_c_in = 1 };

typedef struct ns_msg {
	const unsigned char *_msg, *_eom;
	uint16_t _id, _flags, _counts[ns_s_max];
	const unsigned char *_sections[ns_s_max];
	ns_sect _sect;
	int _rrnum;
	const unsigned char *_msg_ptr;
} ns_msg;

typedef struct ns_rr {
	char name[1025];
	uint16_t type, rr_class;
	uint32_t ttl;
	uint16_t rdlength;
	const unsigned char *rdata;
} ns_rr;

int ns_initparse(const unsigned char *, int, ns_msg *);
int ns_parserr(ns_msg *, ns_sect, int, ns_rr *);

#endif
