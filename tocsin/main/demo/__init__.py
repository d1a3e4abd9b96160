"""The demonstration: a sample company, storms of alerts that befall it, and the closing report.

``company`` and ``estate`` make the company file, ``storm`` the alerts (with the truth kept beside and never sent),
``wire`` and ``replay`` post them over real HTTP as three kinds of sender, ``report`` says what became of them. All
names are made up and say so.
"""
