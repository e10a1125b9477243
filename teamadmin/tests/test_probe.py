import smtplib
import pytest
from email.message import EmailMessage
from django.core import mail
from django.core.cache import cache
def test_mail(mail_server):
    mail.send_mail("a","b","x@y.example",["z@y.example"])
    assert mail_server.wait_for(1)[0].recipients==["z@y.example"]
    mail_server.behaviour.refuse={"RCPT":"451 later"}
    with pytest.raises(smtplib.SMTPRecipientsRefused): mail.send_mail("a","b","x@y.example",["z@y.example"])
    mail_server.reset(); mail_server.behaviour.drop=True
    with pytest.raises(smtplib.SMTPServerDisconnected): mail.send_mail("a","b","x@y.example",["z@y.example"])
    assert len(mail_server.messages)==2
def test_cache():
    cache.set("a",1); assert cache.get("a")==1
def test_db(db):
    from django.db import connection
    with connection.cursor() as c:
        c.execute("select version(), current_database()"); print(c.fetchone())
def test_page(page, axe):
    page.set_content("<!doctype html><html lang=en><head><title>x</title></head><body><main><h1>hi</h1></main></body></html>")
    axe(page)
