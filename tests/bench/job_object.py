"""The job object that nginx answers with: 565 bytes where the job ID has 20."""

BODY_BYTES = 565
ID_BYTES = 20

_HEAD = ('{"success":true,"job_id":"%s","status":"completed","model_used":"ftg-3.0","processing_time":2.417,'
         '"cost_chf":0.0125,"confidence":0.9731,"created_at":"2026-01-15T08:30:00Z",'
         '"completed_at":"2026-01-15T08:30:03Z",'
         '"extracted_data":{"vendor":{"name":"Muster AG","city":"Winterthur"},"invoice_number":"RE-2026-1077",'
         '"date":"2026-01-12","due_date":"2026-02-11","currency":"CHF","subtotal":"1156.34","tax":"93.66",'
         '"total_amount":"1250.00","note":"')
_TAIL = '"}}'
_NOTE = "Thank you for your order. " * 20


def body(job_id):
    note = BODY_BYTES - ID_BYTES + 2 - len(_HEAD) - len(_TAIL)
    return _HEAD % job_id + _NOTE[:note] + _TAIL


assert len(body("j" * ID_BYTES)) == BODY_BYTES


def nginx_conf(home, port, logged_port, as_root):
    lookup = """
        location ~ ^/v1/documents/jobs/(?<id>[^/]+)$ {
            default_type application/json;
            return 200 '%s';
        }""" % body("$id")
    return f"""
daemon off;
worker_processes 1;
{"user root;" if as_root else ""}
pid {home}/pid;
error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
    log_format times "$msec";
    access_log off;
    client_body_temp_path {home}/temp;
    proxy_temp_path {home}/temp;
    fastcgi_temp_path {home}/temp;
    uwsgi_temp_path {home}/temp;
    scgi_temp_path {home}/temp;
    keepalive_requests 1000000000;
    server {{
        listen 127.0.0.1:{port};{lookup}
    }}
    server {{
        listen 127.0.0.1:{logged_port};
        access_log {home}/access.log times;{lookup}
    }}
}}
"""
