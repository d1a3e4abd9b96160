"""The demonstration: a sample company, storms of alerts that befall it, and the closing report.

``run`` is the whole way; read it first. ``company`` and ``estate`` make the company file, ``storm`` the alerts (with
the truth kept beside and never sent), ``node`` a server of its own, ``wire`` and ``replay`` post the alerts over real
HTTP as three kinds of sender, ``figures`` asks the database what became of them, ``report`` says it. All names are made
up and say so.
"""
